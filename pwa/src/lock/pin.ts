/** The PIN: argon2id makes a key of it that wraps a random data key; the data key seals what rests (store/sealing.ts).
 *
 * A PIN of six digits withstands a person with the phone in hand (growing waits, kept on the phone), not for long somebody
 * who copied the storage: about a day of one core. So little is kept on the phone, and a lost phone is revoked. */
import { argon2id } from 'hash-wasm'
import { getState, openAsItRests, putState, readState, writeStrictly } from '../store/database'
import type { Lock, StoredFile } from '../store/records'
import { closeBytes, closeWith, holdCipher, openBytes, openWith, type Cipher } from '../store/sealing'
import { announce, say } from '../store/watch'
import { cipherOf } from './cipher'

export const MIN_DIGITS = 6
export const MAX_DIGITS = 12
export const IDLE_MINUTES = [1, 5, 15, 30] as const
const MEMORY_KIB = 19 * 1024
const PASSES = 2
const SYNC_LOCK = 'langnghe-sync'
const FREE_TRIES = 3
const WAITS_MS = [30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000]

export const isPin = (text: string): boolean => /^\d+$/.test(text) && text.length >= MIN_DIGITS && text.length <= MAX_DIGITS

/** How long nothing counts after so many wrong PINs in a row. */
export const waitAfter = (failures: number): number => (failures <= FREE_TRIES ? 0 : (WAITS_MS[Math.min(failures - FREE_TRIES, WAITS_MS.length) - 1] ?? 0))

/** `wait_until_ms` is 0 where the next try may come at once. */
export type Tried = { open: true; key: Uint8Array<ArrayBuffer> } | { open: false; early: boolean; failures: number; wait_until_ms: number }

async function wrapping(pin: string, lock: Pick<Lock, 'salt' | 'memory_kib' | 'passes'>): Promise<CryptoKey> {
  const bytes = await argon2id({ password: pin, salt: lock.salt, parallelism: 1, iterations: lock.passes, memorySize: lock.memory_kib, hashLength: 32, outputType: 'binary' })
  return crypto.subtle.importKey('raw', bytes as Uint8Array<ArrayBuffer>, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** Sets a PIN where there is none; everything that rests is sealed in one transaction. Errors: storage. */
export async function setPin(pin: string, idle_minutes: number, memory_kib = MEMORY_KIB): Promise<void> {
  const random = (bytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(bytes))
  const [key, salt, iv] = [random(32), random(16), random(12)]
  const with_salt = { salt, memory_kib, passes: PASSES }
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrapping(pin, with_salt), key))
  const cipher = cipherOf(key)
  await rewrite(null, cipher, { ...with_salt, iv, wrapped, failures: 0, not_before_ms: 0, idle_minutes })
  say({ lock: true })
}

/** Takes the PIN off; what rests is clear again. */
export async function removePin(pin: string): Promise<Tried> {
  const tried = await tryPin(pin)
  if (tried.open) {
    await rewrite(cipherOf(tried.key), null, null)
    say({ lock: true })
  }
  return tried
}

/** Opens the app in this tab. */
export async function unlock(pin: string, at_ms = Date.now()): Promise<Tried> {
  const tried = await tryPin(pin, at_ms)
  if (tried.open) holdCipher(cipherOf(tried.key))
  return tried
}

/** Counts the try before it is made, so that closing the app saves nobody a wait. */
async function tryPin(pin: string, at_ms = Date.now()): Promise<Tried> {
  const counted = await writeStrictly(['state'], async (tx) => {
    const lock = await getState(tx, 'lock')
    if (!lock) throw new Error('no lock')
    if (at_ms < lock.not_before_ms) return { lock, early: true }
    const failures = lock.failures + 1
    const wait = waitAfter(failures)
    const now = { ...lock, failures, not_before_ms: wait ? at_ms + wait : 0 }
    await putState(tx, 'lock', now)
    return { lock: now, early: false }
  })
  const { lock, early } = counted
  const key = early ? null : await crypto.subtle.decrypt({ name: 'AES-GCM', iv: lock.iv }, await wrapping(pin, lock), lock.wrapped).catch(() => null)
  if (!key) return { open: false, early, failures: lock.failures, wait_until_ms: lock.not_before_ms }
  await changeLock({ failures: 0, not_before_ms: 0 })
  return { open: true, key: new Uint8Array(key) }
}

export async function changeLock(some: Partial<Lock>): Promise<void> {
  await writeStrictly(['state'], async (tx) => {
    const lock = await getState(tx, 'lock')
    if (lock) await putState(tx, 'lock', { ...lock, ...some })
  })
  announce('state')
}

/** Everything that rests, from one cipher to another, with the lock that belongs to it. No sync runs meanwhile. */
async function rewrite(before: Cipher | null, after: Cipher | null, lock: Lock | null): Promise<void> {
  await navigator.locks.request(SYNC_LOCK, async () => {
    const files = await turnFiles(before, after)
    const db = await openAsItRests()
    const tx = db.transaction(['items', 'changes', 'drafts', 'files', 'state'], 'readwrite', { durability: 'strict' })
    for (const name of ['items', 'changes', 'drafts'] as const) {
      const store = tx.objectStore(name)
      for (const value of await store.getAll()) await store.put(closeWith(after, name, openWith(before, name, value)) as never)
    }
    for (const file of await tx.objectStore('files').getAll()) await tx.objectStore('files').put({ ...file, ...files.get(file.sha256) })
    const state = tx.objectStore('state')
    const people: unknown = await state.get('people')
    if (people) await state.put(closeWith(after, 'state', openWith(before, 'state', people, 'people'), 'people'), 'people')
    if (lock) await state.put(lock, 'lock')
    else for (const name of ['lock', 'sealed', 'said_up_to']) await state.delete(name)
    await tx.done
    holdCipher(after)
  })
  announce('state')
}

async function turnFiles(before: Cipher | null, after: Cipher | null): Promise<Map<string, Pick<StoredFile, 'bytes' | 'sealed'>>> {
  const turned = new Map<string, Pick<StoredFile, 'bytes' | 'sealed'>>()
  for (const file of await (await openAsItRests()).getAll('files')) {
    const bytes = await openBytes(before, file)
    turned.set(file.sha256, closeBytes(after, file.sha256, file.type, await bytes.arrayBuffer()))
  }
  return turned
}

/** What a locked phone holds, counted without reading it. */
export interface Resting {
  drafts: number
  unsent: number
  /** Of the unsent: those that are sealed to the project and wait for a network. */
  waiting: number
  delivered: boolean
  files: number
}

export async function countResting(): Promise<Resting> {
  const db = await openAsItRests()
  const [drafts, changes, files, sealed] = await Promise.all([db.count('drafts'), db.getAll('changes'), db.getAll('files'), readState('sealed')])
  const unsent = changes.filter((kept) => kept.state === 'unsent' && kept.kind !== 'delivery')
  const covered = unsent.filter((kept) => kept.change.sequence <= (sealed?.up_to ?? 0)).length
  const delivered = (sealed?.sent_at_ms ?? 0) > 0
  return { drafts, unsent: unsent.length, waiting: delivered ? 0 : covered, delivered: delivered && covered > 0, files: files.filter((file) => file.sent < file.size).length }
}
