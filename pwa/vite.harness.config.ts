// Builds the page that holds nothing but the form renderer (src/forms/harness), for browser tests and benchmarks.
import solid from 'vite-plugin-solid'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/forms/harness',
  publicDir: false,
  plugins: [solid()],
  build: { target: 'es2022', outDir: '../../../node_modules/.cache/harness', emptyOutDir: true, reportCompressedSize: false },
})
