/** Opens the two databases of a phone: `langnghe` (who it is, how it looks) and one per replica (everything else).
 *
 * Writes whose loss would matter ask for strict durability (Chrome commits relaxed by default). A browser may close a
 * database in the background (iOS) or for another tab's upgrade: `attempt` opens it again and repeats the work once.
 * A new version only adds in `upgrade`; it must open every earlier version's database, also offline. */
import { openDB, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import { guard } from './sealing'
import type { DeviceSchema, ReplicaSchema, States } from './records'

export const REPLICA_VERSION = 1
export const DEVICE_VERSION = 1
const DEVICE = 'langnghe'

export type ReplicaDatabase = IDBPDatabase<ReplicaSchema>
type Names = StoreNames<ReplicaSchema>

const handles = new Map<string, Promise<IDBPDatabase<unknown>>>()
let replicaName = ''
let enrolled = ''

/** Name of the database of one replica. */
export const nameOf = (project: string, replica: string): string => `${DEVICE}-${project}-${replica}`

export function useReplica(project: string, replica: string, database = nameOf(project, replica)): void {
  replicaName = database
  enrolled = replica
}

/** The replica id given at enrolment; changes may be numbered under a later one (see outbox.ts). */
export const enrolledReplica = (): string => enrolled

function handle<S>(name: string, version: number, upgrade: (db: IDBPDatabase<S>, from: number) => void): Promise<IDBPDatabase<S>> {
  const standing = handles.get(name)
  if (standing) return standing as unknown as Promise<IDBPDatabase<S>>
  const forget = (): boolean => handles.delete(name)
  const opening = openDB<S>(name, version, {
    upgrade: (db, from) => upgrade(db, from),
    blocking: (_now, _wanted, event) => {
      forget()
      ;(event.target as IDBDatabase).close()
    },
    terminated: () => void forget(),
  })
  opening.catch(forget)
  handles.set(name, opening as unknown as Promise<IDBPDatabase<unknown>>)
  return opening
}

export const openDevice = (): Promise<IDBPDatabase<DeviceSchema>> =>
  handle<DeviceSchema>(DEVICE, DEVICE_VERSION, (db, from) => {
    if (from < 1) {
      db.createObjectStore('identity')
      db.createObjectStore('settings')
    }
  })

/** What rests in it is read and written as it is in memory (sealing.ts). */
export const openReplica = async (name = replicaName): Promise<ReplicaDatabase> => guard(await openAsItRests(name))

/** The database without sealing: content of a locked phone cannot be read, but counted. */
export function openAsItRests(name = replicaName): Promise<ReplicaDatabase> {
  if (!name) return Promise.reject(new Error('no replica on this phone'))
  return handle<ReplicaSchema>(name, REPLICA_VERSION, (db, from) => {
    if (from < 1) {
      db.createObjectStore('items', { keyPath: ['kind', 'id'] })
      db.createObjectStore('changes', { keyPath: ['replica', 'change.sequence'] }).createIndex('of', ['kind', 'id'])
      db.createObjectStore('drafts', { keyPath: 'id' })
      db.createObjectStore('files', { keyPath: 'sha256' })
      db.createObjectStore('forms', { keyPath: 'key' })
      db.createObjectStore('form_files', { keyPath: 'sha256' })
      db.createObjectStore('state')
    }
  })
}

const closed = (fault: unknown): boolean => fault instanceof DOMException && (fault.name === 'InvalidStateError' || fault.name === 'AbortError')

/** Runs work on the replica's database; once more on a fresh handle when the browser had closed it. */
export async function attempt<T>(work: (db: ReplicaDatabase) => Promise<T>): Promise<T> {
  try {
    return await work(await openReplica())
  } catch (fault) {
    if (!closed(fault)) throw fault
    handles.delete(replicaName)
    return await work(await openReplica())
  }
}

interface StateReader {
  objectStore(name: 'state'): { get(key: string): Promise<unknown> }
}

export type WriteTransaction = IDBPTransaction<ReplicaSchema, Names[], 'readwrite'>

/** One strictly durable transaction over some stores: resolves after it is on the disk, rejects with nothing done. */
export function writeStrictly<T>(stores: Names[], work: (tx: WriteTransaction) => Promise<T>): Promise<T> {
  return attempt(async (db) => {
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' })
    const done = tx.done
    done.catch(() => undefined)
    try {
      const result = await work(tx)
      await done
      return result
    } catch (fault) {
      abort(tx)
      throw fault
    }
  })
}

function abort(tx: WriteTransaction): void {
  try {
    tx.abort()
  } catch {
    // already over
  }
}

/** One record of the `state` store. */
export const readState = <K extends keyof States>(key: K): Promise<States[K] | undefined> =>
  attempt(async (db) => (await db.get('state', key)) as States[K] | undefined)

export const getState = async <K extends keyof States>(tx: StateReader, key: K): Promise<States[K] | undefined> =>
  (await tx.objectStore('state').get(key)) as States[K] | undefined

export const putState = async <K extends keyof States>(tx: WriteTransaction, key: K, value: States[K]): Promise<void> => {
  await tx.objectStore('state').put(value, key)
}

/** Closes every handle of this tab or worker, e.g. before a wipe. */
export async function closeAll(): Promise<void> {
  const open = [...handles.values()]
  handles.clear()
  for (const one of open) await one.then((db) => db.close()).catch(() => undefined)
}
