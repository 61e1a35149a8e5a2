/** What rests is sealed value by value while a PIN is set: content goes under a key that only an unlocked tab holds; keys,
 * numbers, positions and states stay clear, so that counting, ordering and sending work without it. Sealing is synchronous,
 * because IndexedDB ends a transaction that waits for anything else. Kinds that everybody may read stay clear, so that the
 * worker says of alerts what it must while the app is locked. */
import type { ReplicaDatabase } from './database'
import type { StoredFile } from './records'

/** Authenticated encryption under the data key. `place` binds a text to the record it rests in. */
export interface Cipher {
  seal(plain: Uint8Array, place: string): Uint8Array<ArrayBuffer>
  /** Throws when it was sealed by another key, for another place, or altered. */
  open(sealed: Uint8Array, place: string): Uint8Array<ArrayBuffer>
}

/** Content was asked for while the app is locked. */
export class Locked extends Error {}

export type Stored = Record<string, unknown>
type Call = (...given: unknown[]) => unknown

const PUBLIC = new Set<unknown>(['form', 'area', 'alert', 'delivery'])
const READS = new Set<PropertyKey>(['get', 'getAll', 'getFromIndex', 'getAllFromIndex'])

let held: Cipher | null = null

export const holdCipher = (cipher: Cipher | null): void => void (held = cipher)
export const holdsCipher = (): boolean => held !== null

/** The clear part, the secret part and the place of a record; null where nothing of it is secret. */
function divide(store: string, value: Stored, key: unknown): [clear: Stored, secret: unknown, place: string] | null {
  if (store === 'items' && !PUBLIC.has(value['kind'])) {
    const { kind, id, revision, position, ...secret } = value
    return [{ kind, id, revision, position }, secret, placeOf(store, value, key)]
  }
  if (store === 'changes' && !PUBLIC.has(value['kind'])) {
    const { replica, kind, id, state, stale, ...secret } = value
    const { sequence } = value['change'] as { sequence: number }
    return [{ replica, kind, id, state, stale, change: { sequence } }, secret, placeOf(store, value, key)]
  }
  if (store === 'drafts') {
    const { id, made_at_ms, updated_at_ms, ...secret } = value
    return [{ id, made_at_ms, updated_at_ms }, secret, placeOf(store, value, key)]
  }
  return store === 'state' && key === 'people' ? [{}, value, placeOf(store, value, key)] : null
}

function placeOf(store: string, value: Stored, key: unknown): string {
  if (store === 'changes') return `changes/${String(value['replica'])}/${(value['change'] as { sequence: number }).sequence}`
  if (store === 'state') return `state/${String(key)}`
  const { kind = '', id = '' } = value as { kind?: string; id?: string }
  return `${store}/${kind}/${id}`
}

/** The record as it rests under `cipher`. */
export function closeWith(cipher: Cipher | null, store: string, value: unknown, key?: unknown): unknown {
  const parts = cipher && typeof value === 'object' && value ? divide(store, value as Stored, key) : null
  if (!cipher || !parts) return value
  const [clear, secret, place] = parts
  return { ...clear, sealed: cipher.seal(new TextEncoder().encode(JSON.stringify(secret)), place) }
}

/** The record as it is read. Throws Locked where it is sealed and there is no cipher. */
export function openWith(cipher: Cipher | null, store: string, value: unknown, key?: unknown): unknown {
  const sealed = typeof value === 'object' && value ? (value as { sealed?: unknown }).sealed : undefined
  if (!ArrayBuffer.isView(sealed)) return value
  if (!cipher) throw new Locked(store)
  const { sealed: _, ...clear } = value as Stored
  const plain = cipher.open(sealed as Uint8Array, placeOf(store, clear, store === 'state' ? (key ?? 'people') : key))
  return { ...clear, ...(JSON.parse(new TextDecoder().decode(plain)) as Stored) }
}

const opened = async (store: string, reading: Promise<unknown>): Promise<unknown> => {
  const found = await reading
  return Array.isArray(found) ? found.map((one) => openWith(held, store, one)) : openWith(held, store, found)
}

/** The database with everything read through it opened and everything put through it sealed. */
export const guard = (db: ReplicaDatabase): ReplicaDatabase => wrap(db, '')

function wrap<T extends object>(target: T, store: string): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (name === 'store' && member) return wrap(member, (target as unknown as IDBTransaction).objectStoreNames[0] ?? '')
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => {
        const call = (...now: unknown[]): unknown => (member as Call).apply(target, now)
        const of = store || String(given[0])
        if (READS.has(name)) return opened(of, call(...given) as Promise<unknown>)
        if (name === 'put') return store ? call(closeWith(held, of, given[0], given[1]), ...given.slice(1)) : call(of, closeWith(held, of, given[1], given[2]), ...given.slice(2))
        const result = call(...given)
        if (name === 'transaction') return wrap(result as object, '')
        return name === 'objectStore' || name === 'index' ? wrap(result as object, of) : result
      }
    },
  })
}

/** Bytes of a file as they rest; `sealed` goes into its record. */
export function closeBytes(cipher: Cipher | null, sha256: string, type: string, bytes: ArrayBuffer): Pick<StoredFile, 'bytes' | 'sealed'> {
  const kept = cipher ? cipher.seal(new Uint8Array(bytes), `files/${sha256}`) : bytes
  return { bytes: new Blob([kept], { type }), sealed: cipher !== null }
}

export async function openBytes(cipher: Cipher | null, file: StoredFile): Promise<Blob> {
  if (!file.sealed) return file.bytes
  if (!cipher) throw new Locked('files')
  return new Blob([cipher.open(new Uint8Array(await file.bytes.arrayBuffer()), `files/${file.sha256}`)], { type: file.type })
}

export const sealedBytes = (sha256: string, type: string, bytes: ArrayBuffer): Pick<StoredFile, 'bytes' | 'sealed'> => closeBytes(held, sha256, type, bytes)

/** The file with its bytes readable. */
export const openFile = async (file: StoredFile): Promise<StoredFile> => ({ ...file, bytes: await openBytes(held, file) })
