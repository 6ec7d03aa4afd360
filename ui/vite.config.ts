import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { licences } from './licences.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const alias = { $lib: here('./src/lib'), $rooms: here('./src/rooms') }

export default defineConfig({
  plugins: [svelte(), licences()],
  resolve: { alias },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5'],
    // A font or picture inside the style sheet would need `data:` in the policy's font-src.
    assetsInlineLimit: 0,
    manifest: true,
  },
  server: {
    // The words are shared with the programs in Rust and lie outside of this folder.
    fs: { allow: [here('..')] },
    proxy: { '/api': process.env['SLA_API'] ?? 'http://127.0.0.1:8787' },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
