/** Repeat instances: which field lies inside which instance, and how two orders become one.
 *
 * Mirror of sync/repeats.py, where the rules REP-1 to REP-4 are explained.
 */

import type { Draft } from './draft'

export const ORDER = '#order'
/** Stamped, never a field: since when an instance has its place. */
export const ADDED = '#added'

export function isOrder(name: string): boolean {
  return name.endsWith(ORDER)
}

export function isInstance(name: string): boolean {
  return name.endsWith(']')
}

/** `/data/a[1]/b[2]/q` lies inside `/data/a[1]` and `/data/a[1]/b[2]`. */
export function instancesAround(name: string): string[] {
  const around: string[] = []
  for (const found of name.matchAll(/\[([^[\]]+)\]/g)) {
    const end = found.index + found[0].length
    if (end < name.length) around.push(name.slice(0, end))
  }
  return around
}

/** Ids in order, each once. */
export function readOrder(text: string | null | undefined): string[] {
  return [...new Set((text ?? '').split(' ').filter(Boolean))]
}

export function writeOrder(ids: readonly string[]): string | null {
  return ids.length ? ids.join(' ') : null
}

/** Merge one order field. The instances that the change removes lose their fields, or stay with a conflict. */
export function mergeOrder(draft: Draft, name: string, arriving: string | null): void {
  const relation = draft.relation(name)
  if (relation === 'late') return
  const repeat = name.slice(0, -ORDER.length)
  const standing = readOrder(draft.fields.get(name))
  const wanted = readOrder(arriving)
  const kept = standing.filter((key) => wanted.includes(key) || !remove(draft, `${repeat}[${key}]`, relation === 'free'))
  const added = wanted.filter((key) => !standing.includes(key) && !goneUnseen(draft, `${repeat}[${key}]`))
  const merged =
    relation === 'free' && kept.every((key) => wanted.includes(key))
      ? wanted.filter((key) => kept.includes(key) || added.includes(key))
      : weave(kept, wanted, added)
  for (const key of added) draft.stamp(`${repeat}[${key}]${ADDED}`)
  if (relation === 'free' || merged.join(' ') !== standing.join(' ')) draft.set(name, writeOrder(merged))
}

/** Give the instances around a written field a place in their orders. */
export function seat(draft: Draft, name: string): void {
  for (const instance of instancesAround(name)) {
    const [repeat, key] = parts(instance)
    const order = readOrder(draft.fields.get(repeat + ORDER))
    if (!order.includes(key)) {
      draft.set(repeat + ORDER, writeOrder([...order, key]))
      draft.stamp(instance)
      draft.stamp(instance + ADDED)
    }
  }
}

/** Take an instance and everything inside it away, its settled conflicts too. */
export function removeInstance(draft: Draft, instance: string): void {
  for (const name of [...draft.fields.keys()]) if (name.startsWith(`${instance}/`)) draft.set(name, null)
  for (const conflict of [...draft.open]) if (conflict.field.startsWith(instance)) draft.close(conflict)
  const [repeat, key] = parts(instance)
  const order = readOrder(draft.fields.get(repeat + ORDER))
  if (order.includes(key)) draft.set(repeat + ORDER, writeOrder(order.filter((other) => other !== key)))
  draft.stamp(instance)
}

/** Whether somebody else wrote, or disagreed, inside the instance unseen. */
export function touchedInside(draft: Draft, instance: string): boolean {
  return (
    inside(draft, instance).some((name) => draft.relation(name) === 'concurrent') ||
    draft.open.some((conflict) => conflict.field.startsWith(instance) && draft.unseen(conflict))
  )
}

/** Whether somebody else removed the instance unseen. */
export function goneUnseen(draft: Draft, instance: string): boolean {
  if (draft.relation(instance) !== 'concurrent') return false
  const [repeat, key] = parts(instance)
  return !readOrder(draft.fields.get(repeat + ORDER)).includes(key)
}

/** True when the instance goes. False: it stays, new from somebody else or with a conflict. */
function remove(draft: Draft, instance: string, orderSeen: boolean): boolean {
  const seen = draft.stamped.has(instance + ADDED) ? draft.relation(instance + ADDED) === 'free' : orderSeen
  if (!seen) return false
  if (touchedInside(draft, instance)) {
    draft.keepBoth(instance, null)
    return false
  }
  removeInstance(draft, instance)
  return true
}

/** The standing order with each addition after the neighbour it was written behind. */
function weave(kept: readonly string[], wanted: readonly string[], added: readonly string[]): string[] {
  const woven = [...kept]
  for (const key of added) {
    const before = wanted.slice(0, wanted.indexOf(key)).filter((other) => woven.includes(other))
    const neighbour = before.at(-1)
    woven.splice(neighbour === undefined ? woven.length : woven.indexOf(neighbour) + 1, 0, key)
  }
  return woven
}

function inside(draft: Draft, instance: string): string[] {
  return [...draft.stamped.keys()].filter((name) => name === instance || name.startsWith(`${instance}/`))
}

/** `/data/a[1]` is instance `1` of repeat `/data/a`. */
function parts(instance: string): [repeat: string, key: string] {
  const at = instance.lastIndexOf('[')
  return [instance.slice(0, at), instance.slice(at + 1, -1)]
}
