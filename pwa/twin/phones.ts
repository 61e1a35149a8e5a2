/** The phone's own replica (src/sync, src/transport, src/store) in Node, at the orders of tests/fault/node_phones.py: one
 * JSON order per line of input, one JSON answer per line of output. Several phones live here, each on its own IndexedDB. */
import { pickUp, watchOver, type Fault, type Phone } from './world'
import { IDBFactory } from 'fake-indexeddb'
import { createInterface } from 'node:readline'
import { openReplica, readState } from '../src/store/database'
import { keepFile, wireFile } from '../src/store/drafts'
import { readIdentity, saveIdentity } from '../src/store/identity'
import { make, readChanges, type Making } from '../src/store/outbox'
import type { Session } from '../src/store/records'
import { toText, total } from '../src/sync/digest'
import { tryNow } from '../src/transport/syncer'
import { readWaitingFiles } from '../src/transport/tus'

interface Order {
  do: 'enrol' | 'make' | 'sync' | 'damage' | 'copy' | 'tell' | 'forget'
  phone: string
  url: string
  token: string
  session: Session
  replica: string
  clock_ms: number
  making: Making
  at_ms: number
  faults: Fault[]
  sequence: number
  to: string
  through?: boolean
  patience_ms?: number
  /** Text of a file that the change names. */
  photo?: string
}

const phones = new Map<string, Phone>()

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'forget') return phones.clear()
  if (order.do === 'enrol') return enrol(order)
  const phone = phones.get(order.phone)
  if (!phone) throw new Error(`no phone ${order.phone}`)
  await pickUp(phone)
  await readIdentity()
  if (order.do === 'make') return { sha256: await write(order), state: await look() }
  if (order.do === 'damage') await (await openReplica()).delete('changes', [order.replica, order.sequence])
  if (order.do === 'copy') await copy(phone, order.to)
  if (order.do === 'sync') return sync(phone, order)
  return { state: await look() }
}

async function enrol(order: Order): Promise<unknown> {
  const { url, token, clock_ms } = order
  const phone: Phone = { name: order.phone, url, token, databases: new IDBFactory(), clock_ms, faults: [], through: order.through ?? false, splits: 0, fresh: '' }
  phones.set(order.phone, phone)
  await pickUp(phone)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await saveIdentity({ session: order.session, replica: order.replica, device_name: '', keys, enrolled_at_ms: 1 })
  return { state: await look() }
}

/** As a screen does: base and what stood before are of the item as pulled. */
async function write(order: Order): Promise<string> {
  const { making } = order
  const file = order.photo ? await keepFile('photo.txt', new Blob([order.photo], { type: 'text/plain' }), order.at_ms) : null
  if (file) making.fields = { ...making.fields, 'file:photo.txt': wireFile(file) }
  const item = await (await openReplica()).get('items', [making.kind, making.id])
  await make([{ ...making, base: item?.revision ?? 0, before: { ...item?.fields } }], order.at_ms)
  return file?.sha256 ?? ''
}

async function sync(phone: Phone, order: Order): Promise<unknown> {
  if (order.url) phone.url = order.url
  phone.faults = [...order.faults]
  phone.fresh = `${phone.name}.${phone.splits + 1}.${(await readState('sequence')) ?? 0}`
  const { said, died } = await watchOver(() => tryNow(), order.patience_ms)
  return { said, died, state: await look() }
}

/** The whole storage of a phone on another one, as a restored backup of it. */
async function copy(from: Phone, to: string): Promise<void> {
  const standing = await from.databases.databases()
  const twin: Phone = { ...from, name: to, databases: new IDBFactory(), faults: [] }
  for (const { name = '', version = 1 } of standing) {
    const old = await opened(from.databases.open(name, version))
    const asked = twin.databases.open(name, version)
    asked.onupgradeneeded = () => {
      for (const store of old.objectStoreNames) {
        const was = old.transaction(store).objectStore(store)
        const made = asked.result.createObjectStore(store, { keyPath: was.keyPath as string[] })
        for (const index of was.indexNames) made.createIndex(index, was.index(index).keyPath)
      }
    }
    const fresh = await opened(asked)
    for (const store of old.objectStoreNames) {
      const was = old.transaction(store).objectStore(store)
      const [keys, values] = [await result(was.getAllKeys()), await result(was.getAll() as IDBRequest<unknown[]>)]
      const into = fresh.transaction(store, 'readwrite').objectStore(store)
      for (const [i, key] of keys.entries()) await result(was.keyPath === null ? into.put(values[i], key) : into.put(values[i]))
    }
    old.close()
    fresh.close()
  }
  phones.set(to, twin)
}

const opened = (request: IDBOpenDBRequest): Promise<IDBDatabase> => result(request)

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
}

/** What rests on the phone, as tests/fault/twin.py tells it of its own. */
async function look(): Promise<unknown> {
  const db = await openReplica()
  const status = await readState('status')
  const [entries, items] = [await readChanges(), await db.getAll('items')]
  return {
    replica: (await readState('replica')) ?? (await readIdentity())?.replica,
    made_up_to: (await readState('sequence')) ?? 0,
    epoch: (await readState('epoch')) ?? '',
    cursor: (await readState('cursor')) ?? '',
    anchor: (await readState('anchor'))?.up_to ?? 0,
    gaps: (await readState('gaps')) ?? [],
    digest: toText(total((await readState('digests')) ?? [])),
    resting: status?.state ?? 'idle',
    files_waiting: (await readWaitingFiles()).length,
    armed: (status?.next_try_at_ms ?? 0) > 0,
    entries: entries.map(({ replica, change, state, outcome, stale }) => ({ replica, change, state, outcome, stale })),
    items,
  }
}

const lines = createInterface({ input: process.stdin })
console.warn = () => undefined
for await (const line of lines) {
  const answer = await obey(JSON.parse(line) as Order).catch((fault: unknown) => ({ fault: String(fault), stack: fault instanceof Error ? fault.stack : '' }))
  process.stdout.write(`${JSON.stringify(answer ?? {})}\n`)
}
process.exit(0)
