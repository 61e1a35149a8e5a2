/** The outbox: changes made on this phone, numbered without holes, kept until the server's receipt covers them (I3).
 * What a change's number, base and state mean is in sync/journal.ts; here they are only stored. */
import { makeChange, type Wanted } from '../sync/journal'
import type { Item, ItemKind, Value } from '../sync/protocol'
import { attempt, enrolledReplica, getState, putState, writeStrictly, type WriteTransaction } from './database'
import type { KeptChange } from './records'
import { announce, say } from './watch'

/** A change before it has its number. `base` and `before` are what the person saw. */
export interface Making {
  intent: Wanted['intent']
  kind: ItemKind
  id: string
  base?: number
  fields: Record<string, Value>
  before?: Record<string, Value>
  settles?: readonly string[]
}

/** Gives a change the next number, inside a transaction over `changes` and `state`. */
export async function number(tx: WriteTransaction, making: Making, at_ms: number): Promise<KeptChange> {
  const replica = (await getState(tx, 'replica')) ?? enrolledReplica()
  const made = (await getState(tx, 'sequence')) ?? 0
  const change = makeChange(made, heldOf(making), {
    intent: making.intent,
    kind: making.kind,
    itemId: making.id,
    fields: making.fields,
    settles: making.settles ?? [],
    madeAtMs: at_ms,
  })
  await putState(tx, 'sequence', change.sequence)
  const kept: KeptChange = { replica, change, state: 'unsent', outcome: null, stale: false, kind: making.kind, id: making.id }
  await tx.objectStore('changes').put(kept)
  return kept
}

function heldOf(making: Making): Item | null {
  if (making.intent === 'create') return null
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(making.before ?? {})) if (value !== null) fields[name] = value
  return { kind: making.kind, id: making.id, revision: making.base ?? 0, position: 0, fields }
}

/** Puts changes into the outbox, all or none, durable before it resolves; then asks for a try. */
export async function make(makings: Making[], at_ms = Date.now()): Promise<KeptChange[]> {
  const kept = await writeStrictly(['changes', 'state'], async (tx) => {
    const all: KeptChange[] = []
    for (const making of makings) all.push(await number(tx, making, at_ms))
    return all
  })
  announce('changes')
  say({ hurry: true })
  return kept
}

export const readChanges = (): Promise<KeptChange[]> => attempt((db) => db.getAll('changes'))

export const readChangesOf = (kind: ItemKind, id: string): Promise<KeptChange[]> =>
  attempt((db) => db.getAllFromIndex('changes', 'of', IDBKeyRange.only([kind, id])))

/** Gives up rejected changes: they stay on the phone as discarded, with the reason. */
export async function discard(changes: readonly KeptChange[], reason: string, at_ms = Date.now()): Promise<void> {
  await writeStrictly(['changes'], async (tx) => {
    for (const one of changes) {
      const kept = await tx.objectStore('changes').get([one.replica, one.change.sequence])
      if (kept) await tx.objectStore('changes').put({ ...kept, discarded: { reason, at_ms } })
    }
  })
  announce('changes')
}

/** Whether the person must look at it: refused, and neither corrected nor given up. */
export const needsAttention = (kept: KeptChange): boolean => kept.state === 'attention' && !kept.discarded

/** Whether the server has not answered for it yet. */
export const isUnsent = (kept: KeptChange): boolean => kept.state === 'unsent'
