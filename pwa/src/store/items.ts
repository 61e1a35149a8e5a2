/** Reading items as the person sees them. All reads are ranges over one store; lists come back as arrays. */
import type { Item, ItemKind } from '../sync/protocol'
import { attempt } from './database'
import type { KeptChange } from './records'
import { overlay, type Seen } from './view'

/** Read at once: small enough that a slow phone draws between two parts. */
const PART = 500

const ofKind = (kind: ItemKind): IDBKeyRange => IDBKeyRange.bound([kind], [kind, []])

/** Every item of a kind, with this phone's own changes over it; deleted ones left out. */
export function readItems(kind: ItemKind): Promise<Seen[]> {
  return attempt(async (db) => {
    const tx = db.transaction(['items', 'changes'])
    const changes = await tx.objectStore('changes').index('of').getAll(ofKind(kind))
    const items: Item[] = []
    let range = ofKind(kind)
    for (;;) {
      const part = await tx.objectStore('items').getAll(range, PART)
      items.push(...part)
      const last = part.at(-1)
      if (!last || part.length < PART) return layOver(items, changes)
      range = IDBKeyRange.bound([kind, last.id], [kind, []], true)
    }
  })
}

function layOver(items: Item[], changes: KeptChange[]): Seen[] {
  const of = new Map<string, KeptChange[]>()
  for (const kept of changes) of.set(kept.id, [...(of.get(kept.id) ?? []), kept])
  const seen: Seen[] = []
  for (const item of items) {
    const one = overlay(item, of.get(item.id) ?? [])
    of.delete(item.id)
    if (one && (!one.deleted || one.conflicts.length)) seen.push(one)
  }
  for (const rest of of.values()) {
    const one = overlay(undefined, rest)
    if (one && !one.deleted && rest.some((kept) => kept.change.intent === 'create')) seen.push(one)
  }
  return seen
}

export function readItem(kind: ItemKind, id: string): Promise<Seen | null> {
  return attempt(async (db) => {
    const tx = db.transaction(['items', 'changes'])
    const [item, changes] = await Promise.all([
      tx.objectStore('items').get([kind, id]),
      tx.objectStore('changes').index('of').getAll(IDBKeyRange.only([kind, id])),
    ])
    return overlay(item, changes)
  })
}

export const countItems = (kind?: ItemKind): Promise<number> => attempt((db) => db.count('items', kind ? ofKind(kind) : undefined))
