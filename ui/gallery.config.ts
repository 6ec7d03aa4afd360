import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { alias } from './vite.config'

// Apart from the application's build, so that nothing of it is shipped.
export default defineConfig({
  plugins: [svelte()],
  resolve: { alias },
  build: { outDir: 'dist-gallery', assetsInlineLimit: 0, rolldownOptions: { input: 'gallery.html' } },
})
