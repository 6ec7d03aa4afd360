import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { alias } from './vite.config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Apart from the application's build, so that nothing of it is shipped; `sla serve --ui dist-gallery` shows it.
export default defineConfig({
  root: here('./gallery'),
  publicDir: here('./public'),
  plugins: [svelte({ configFile: here('./svelte.config.js') })],
  resolve: { alias },
  build: { outDir: here('./dist-gallery'), emptyOutDir: true, assetsInlineLimit: 0 },
})
