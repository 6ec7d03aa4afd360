import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.journey.ts'],
    // Each file has a desk of its own; on two cores more than one browser at a time only makes all of them slow.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
})
