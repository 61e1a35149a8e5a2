/** A phone's surroundings in Node: one IndexedDB, clock, network and process per phone, of which one is at hand at a time.
 * Importing this first gives the globals that the app expects of a browser. */
import 'fake-indexeddb/auto'
import { gunzipSync } from 'node:zlib'
import { closeAll } from '../src/store/database'

export type Fault = 'ok' | 'lost' | 'dropped' | 'html' | 'json' | 'busy' | 'died' | 'died_before'

export interface Phone {
  name: string
  url: string
  token: string
  databases: IDBFactory
  /** What its clock shows beyond the right time. */
  clock_ms: number
  faults: Fault[]
  /** The network itself has the faults: nothing is made up here, nothing noted. */
  through: boolean
  splits: number
  fresh: string
}

export interface Said {
  path: string
  asked: unknown
  answer: unknown
}

/** The process of the phone ended in the middle of a round. */
export const DIED = Symbol('died')

let at: Phone | null = null
let said: Said[] = []
let timers = new Set<NodeJS.Timeout>()
let patience_ms = Infinity
let die: (word: typeof DIED) => void = () => undefined
const { now } = Date
const { fetch: send, setTimeout: later } = globalThis

export async function pickUp(phone: Phone): Promise<void> {
  if (at === phone) return
  await closeAll()
  at = phone
  globalThis.indexedDB = phone.databases
}

/** One round of the app's, to its end or to the death of its process. */
export async function watchOver(round: () => Promise<void>, most_ms = Infinity): Promise<{ said: Said[]; died: boolean }> {
  said = []
  patience_ms = most_ms
  const death = new Promise<typeof DIED>((resolve) => (die = resolve))
  const end = await Promise.race([round(), death])
  for (const timer of timers) clearTimeout(timer)
  timers = new Set()
  if (end === DIED) await closeAll()
  return { said, died: end === DIED }
}

async function carry(path: string, init: RequestInit): Promise<Response> {
  if (!at) throw new TypeError('no phone')
  const headers = new Headers(init.headers)
  headers.set('Cookie', `__Host-session=${at.token}`)
  // A browser would say Sec-Fetch-Site.
  headers.set('X-Lang-Nghe', '1')
  const across = (): Promise<Response> => send(at?.url + path, { ...init, headers })
  if (at.through || !path.startsWith('/sync')) return across()
  const fault = at.faults.shift() ?? 'ok'
  const note: Said = { path, asked: readBody(init.body), answer: fault }
  said.push(note)
  if (fault === 'lost') throw new TypeError('fetch failed')
  if (fault === 'died_before') return perish()
  if (fault === 'html') return new Response('<html>Wi-Fi miễn phí</html>', { headers: { 'Content-Type': 'text/html' } })
  if (fault === 'json') return new Response('{"success":true}', { headers: { 'Content-Type': 'application/json' } })
  if (fault === 'busy') return problem(503, 'busy')
  if (JSON.stringify(note.asked).includes('"id":"poison')) return problem(400, 'body_malformed')
  const answer = await across()
  const text = await answer.text()
  if (fault === 'died') return perish()
  if (fault === 'dropped') throw new TypeError('fetch failed')
  note.answer = JSON.parse(text)
  return new Response(text, { status: answer.status, headers: { 'Content-Type': answer.headers.get('Content-Type') ?? '' } })
}

function perish(): Promise<Response> {
  die(DIED)
  return new Promise(() => undefined)
}

function problem(status: number, code: string): Response {
  return new Response(JSON.stringify({ code }), { status, headers: { 'Content-Type': 'application/problem+json' } })
}

function readBody(body: RequestInit['body']): unknown {
  const text = typeof body === 'string' ? body : gunzipSync(new Uint8Array(body as ArrayBuffer)).toString()
  return JSON.parse(text)
}

Date.now = () => now() + (at?.clock_ms ?? 0)
Object.assign(globalThis, {
  fetch: carry,
  setTimeout: (work: () => void, ms: number) => {
    const timer = later(work, ms)
    timers.add(timer)
    return timer
  },
})
const timeout = AbortSignal.timeout.bind(AbortSignal)
AbortSignal.timeout = (ms) => timeout(Math.min(ms, patience_ms))
Object.defineProperty(globalThis, 'navigator', { value: { locks: { request: (_name: string, work: () => Promise<void>) => work() } } })
crypto.randomUUID = () => {
  if (at) at.splits++
  return (at?.fresh ?? '') as ReturnType<Crypto['randomUUID']>
}
