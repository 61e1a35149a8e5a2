/** After the page is built: builds the service worker with the list of what it must precache, then writes `.br` and `.gz`
 * beside everything that compresses, so the server only picks a file and never compresses on the fly. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, type Plugin } from 'vite'

interface Precached {
  url: string
  /** null where the name itself is a hash. */
  revision: string | null
}

const SCREENS = { 'home.png': 'home-unsent-vi.png', 'fill.png': 'fill-vi.png', 'board.png': 'sync-status-vi.png' }
const COMPRESSIBLE = /\.(js|css|html|svg|json|webmanifest|txt|wasm|geojson)$/
const HASHED = /^assets\/.*-[A-Za-z0-9_-]{8,}\.\w+$/
const NOT_CACHED = /^(sw\.js|screens\/|robots\.txt)|\.(br|gz|map)$/

export function finish(): Plugin {
  let root = ''
  let out = ''
  return {
    name: 'langnghe-finish',
    apply: 'build',
    configResolved(config) {
      root = config.root
      out = resolve(config.root, config.build.outDir)
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        copyScreens(join(root, 'pictures'), join(out, 'screens'))
        await buildWorker(root, out)
        for (const file of walk(out)) if (COMPRESSIBLE.test(file)) compress(file)
      },
    },
  }
}

const appVersion = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version

async function buildWorker(root: string, out: string): Promise<void> {
  const manifest = precached(out)
  const version = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 10)
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: {
      __APP_VERSION__: JSON.stringify(appVersion),
      'self.__PRECACHE': JSON.stringify(manifest), 'self.__VERSION': JSON.stringify(version), 'process.env.NODE_ENV': JSON.stringify('production'),
    },
    build: {
      target: 'es2022',
      outDir: out,
      emptyOutDir: false,
      rollupOptions: { input: join(root, 'src/sw.ts'), output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
}

function precached(out: string): Precached[] {
  return [...walk(out)]
    .map((file) => relative(out, file).replaceAll('\\', '/'))
    .filter((name) => !NOT_CACHED.test(name))
    .sort()
    .map((name) => ({ url: `/${name === 'index.html' ? '' : name}`, revision: HASHED.test(name) ? null : hash(join(out, name)) }))
}

/** The manifest's screenshots are the README's pictures, which a test takes. */
function copyScreens(from: string, to: string): void {
  if (!existsSync(from)) return
  mkdirSync(to, { recursive: true })
  for (const [name, picture] of Object.entries(SCREENS)) copyFileSync(join(from, picture), join(to, name))
}

function* walk(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    if (statSync(file).isDirectory()) yield* walk(file)
    else yield file
  }
}

function hash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)
}

function compress(file: string): void {
  const bytes = readFileSync(file)
  if (bytes.length < 256) return
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }))
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
}
