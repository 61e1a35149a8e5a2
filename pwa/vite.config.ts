import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'
import app from './package.json' with { type: 'json' }
import { finish } from './build/finish.ts'

const server = process.env['SERVER'] ?? 'http://localhost:8000'
const api = ['health', 'enrol', 'me', 'sync', 'attachments', 'forms', 'webpush', 'alerts', 'boards', 'board', 'live', 'courier', 'people', 'areas', 'devices', 'app-passwords']

/** What the first screens need anyway: one file instead of twenty small ones. */
const SHELL =
  /node_modules\/(solid-js\/(?!store)|idb\/)|src\/(store|ui\/(parts|home|enrol))\/|src\/ui\/\w+\.tsx?$|src\/ui\/words\/(index|vi)|src\/ui\/alerts\/(alerts|parts|takeover)|src\/transport\/(request|receipt|tus|enrolment)|src\/sync\/(journal|canonical|draft|ranges|receipt)/

export default defineConfig({
  plugins: [solid(), finish()],
  define: { __APP_VERSION__: JSON.stringify(app.version) },
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1100,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shell', test: SHELL, priority: 2 }] } } },
  },
  server: { proxy: Object.fromEntries(api.map((name) => [`/${name}`, { target: server, changeOrigin: false }])) },
})
