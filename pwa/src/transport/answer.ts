/** What is done with an answer of POST /sync: outcomes, receipt, items and cursor in one strictly durable transaction
 * (I5); another epoch taken over; a replica id met twice split. Hashing and signature checks come before the transaction,
 * because IndexedDB ends one that waits for anything else. */
import { enrolledReplica, getState, putState, readState, writeStrictly, type WriteTransaction } from '../store/database'
import { readIdentity } from '../store/identity'
import { readChanges } from '../store/outbox'
import type { KeptChange } from '../store/records'
import { announce } from '../store/watch'
import { changeHash } from '../sync/canonical'
import { toText } from '../sync/digest'
import { adoptEpoch, createdItems, findBases, isForked, isMoreToSend, lostRanges, splitReplica, takeOutcomes, takeReceipt, type Entry } from '../sync/journal'
import type { Range, SyncResponse } from '../sync/protocol'
import { checkReceipt, FIRST_ANCHOR, type Check } from '../sync/receipt'
import { without } from '../sync/ranges'
import type { Event } from '../sync/replica'
import { Holding } from './holding'
import { isGenuine } from './receipt'

export const replicaNow = async (): Promise<string> => (await readState('replica')) ?? enrolledReplica()

export const sha256 = async (bytes: Uint8Array): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** What the receipt is worth; null where there is none or its signature is not the server's. */
export interface Judged {
  check: Check | null
  forged: boolean
}

export async function judgeReceipt(answer: SyncResponse): Promise<Judged> {
  const { receipt } = answer
  const identity = await readIdentity()
  const replica = await replicaNow()
  if (!receipt || !identity) return { check: null, forged: false }
  if (receipt.replica !== replica || !(await isGenuine(receipt, identity.session.receipt_key))) return { check: null, forged: true }
  const anchor = (await readState('anchor')) ?? FIRST_ANCHOR
  const lost = (await readState('lost')) ?? []
  const hashes = new Map<number, string>()
  for (const kept of await readChanges()) {
    const { sequence } = kept.change
    if (kept.replica === replica && sequence > anchor.up_to && sequence <= receipt.up_to && kept.outcome === null && kept.state === 'attention') continue
    if (kept.replica === replica && sequence > anchor.up_to && sequence <= receipt.up_to) hashes.set(sequence, await changeHash(replica, kept.change, sha256))
  }
  return { check: await checkReceipt(anchor, receipt, hashes, lost, sha256), forged: false }
}

/** Whether the answer shows another epoch, or another phone under this id; null when it can be saved. */
export async function peculiarity(answer: SyncResponse, judged: Judged): Promise<Event | null> {
  const epoch = await readState('epoch')
  if (epoch && epoch !== answer.epoch) return 'epoch_differs'
  const made = (await readState('sequence')) ?? 0
  return isForked(answer.received_up_to ?? 0, made, answer.outcomes ?? [], judged.check ?? 'older') ? 'replica_forked' : null
}

/** `told`: what this phone has said to be lost. What else the server misses is said at once (RCPT-5): others wait behind it. */
export async function save(answer: SyncResponse, judged: Judged, told: readonly Range[]): Promise<Event> {
  const session = (await readIdentity())?.session
  const event = await writeStrictly(['items', 'changes', 'state'], async (tx) => {
    const replica = (await getState(tx, 'replica')) ?? enrolledReplica()
    const standing: Entry[] = await tx.objectStore('changes').getAll()
    let entries: Entry[] = takeOutcomes(standing, replica, answer.outcomes ?? [])
    if (answer.receipt && (judged.check === 'proven' || judged.check === 'unproven')) {
      entries = takeReceipt(entries, replica, answer.receipt.up_to)
      await putState(tx, 'anchor', { up_to: answer.receipt.up_to, chain: answer.receipt.chain })
      await putState(tx, 'receipt', answer.receipt)
    }
    const holding = await Holding.open(tx)
    const by = { person: session?.person ?? '', name: session?.name ?? '', at_ms: answer.server_at_ms ?? 0 }
    for (const item of createdItems(standing, replica, answer.outcomes ?? [], by)) await holding.put(item)
    for (const item of answer.items ?? []) await holding.put(item)
    for (const gone of answer.gone ?? []) await holding.remove(gone)
    await holding.lower(answer.floor ?? 0)
    const digest = toText(await holding.close())
    if (!answer.more) entries = await rebase(tx, entries)
    await writeEntries(tx, entries)
    await putState(tx, 'epoch', answer.epoch)
    await putState(tx, 'cursor', answer.cursor ?? '')
    await putState(tx, 'gaps', [...(answer.gaps ?? [])])
    const missing = lostRanges(entries, replica, answer.gaps ?? [], (await getState(tx, 'sequence')) ?? 0)
    const untold = missing.some(([first, last]) => without(first, last, told).length > 0)
    if (answer.more || untold || isMoreToSend(entries, replica, answer.outcomes ?? [])) return 'saved_more' as const
    return answer.digest && answer.digest !== digest ? ('saved_differs' as const) : ('saved_same' as const)
  })
  announce('items', 'changes', 'state')
  return event
}

async function rebase(tx: WriteTransaction, entries: Entry[]): Promise<Entry[]> {
  const stale = entries.filter((entry) => entry.stale)
  if (stale.length === 0) return entries
  const items = new Map<string, Awaited<ReturnType<typeof read>>>()
  const read = (kind: string, id: string) => tx.objectStore('items').get([kind, id])
  for (const { change } of stale) items.set(`${change.kind}\n${change.id}`, await read(change.kind, change.id))
  return findBases(entries, (kind, id) => items.get(`${kind}\n${id}`))
}

/** Writes what differs from what stands, and deletes what the journal let go. */
async function writeEntries(tx: WriteTransaction, entries: Entry[]): Promise<void> {
  const store = tx.objectStore('changes')
  const standing = await store.getAll()
  const before = new Map(standing.map((kept) => [`${kept.replica}\n${kept.change.sequence}`, kept]))
  const after = new Set<string>()
  for (const entry of entries as KeptChange[]) {
    const key = `${entry.replica}\n${entry.change.sequence}`
    after.add(key)
    const was = before.get(key)
    if (!was || was.state !== entry.state || was.outcome !== entry.outcome || was.stale !== entry.stale || was.change !== entry.change) await store.put(entry)
  }
  for (const [key, kept] of before) if (!after.has(key)) await store.delete([kept.replica, kept.change.sequence])
}

/** Another epoch: the items go (a revision may name another content there), what the phone made is offered again. */
export async function adopt(answer: SyncResponse, at_ms: number): Promise<Event> {
  await writeStrictly(['items', 'changes', 'state'], async (tx) => {
    const replica = (await getState(tx, 'replica')) ?? enrolledReplica()
    await writeEntries(tx, adoptEpoch(await tx.objectStore('changes').getAll(), replica, answer.gaps ?? []))
    const holding = await Holding.open(tx)
    await holding.forget()
    await holding.close()
    await putState(tx, 'epoch', answer.epoch)
    await putState(tx, 'cursor', '')
    await putState(tx, 'anchor', FIRST_ANCHOR)
    await putState(tx, 'gaps', [...(answer.gaps ?? [])])
    await putState(tx, 'lost', [])
    await putState(tx, 'floor', 0)
    const status = await getState(tx, 'status')
    if (status) await putState(tx, 'status', { ...status, epoch_changed_at_ms: at_ms })
  })
  announce('items', 'changes', 'state')
  return 'adopted'
}

/** Another phone lives under this replica id: what is not judged goes on under a fresh one. */
export async function split(answer: SyncResponse, judged: Judged, fresh: string): Promise<Event> {
  await writeStrictly(['changes', 'state'], async (tx) => {
    const replica = (await getState(tx, 'replica')) ?? enrolledReplica()
    let heard: Entry[] = takeOutcomes(await tx.objectStore('changes').getAll(), replica, answer.outcomes ?? [])
    // The chain is about the other phone's changes too, but the signature and this answer's outcomes are about these.
    if (answer.receipt && judged.check) heard = takeReceipt(heard, replica, answer.receipt.up_to)
    const entries = splitReplica(heard, replica, fresh)
    await writeEntries(tx, entries)
    await putState(tx, 'replica', fresh)
    await putState(tx, 'sequence', entries.filter((entry) => entry.replica === fresh).length)
    await putState(tx, 'anchor', FIRST_ANCHOR)
    await putState(tx, 'gaps', [])
    await putState(tx, 'lost', [])
  })
  announce('changes', 'state')
  return 'split'
}
