/** The phone's replica without its screens, as one file for Node: what tests/fault runs against the real server. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  define: { __APP_VERSION__: JSON.stringify('twin') },
  ssr: { noExternal: true },
  logLevel: 'warn',
  build: { ssr: 'phones.ts', target: 'node20', emptyOutDir: false, minify: false, rolldownOptions: { output: { entryFileNames: 'phones.mjs' } } },
})
