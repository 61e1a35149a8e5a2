/** Set by the build (vite.config.ts, build/finish.ts). */
declare const __APP_VERSION__: string
