import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.journey.ts'],
    // Each file has a desk of its own; on two cores more than one browser at a time only makes all of them slow.
    fileParallelism: false,
    // A browser beside a desk on a machine that is busy may miss a moment; what fails twice is a fault, and a second try is told.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
})
