/** Adding, removing and bringing back instances of a repeat. Ids stay with their answers throughout. */
import type { RepeatInstanceNode, RepeatRangeUncontrolledNode } from '@getodk/xforms-engine'
import type { Fields } from './contract'
import type { Session, Snapshot } from './session'

/** @returns the new instance, last of its range. */
export function addInstance(range: RepeatRangeUncontrolledNode): RepeatInstanceNode {
  range.addInstances()
  const { children } = range.currentState
  const added = children[children.length - 1]
  if (!added) throw new Error('the engine added no instance')
  return added
}

/** @returns what brings the instance back, with its id, answers and place; other changes made meanwhile stay. */
export function removeInstance(session: Session, range: RepeatRangeUncontrolledNode, index: number): () => Promise<void> {
  const instance = range.currentState.children[index]
  if (!instance) throw new Error(`there is no instance ${index}`)
  const path = session.stable(range)
  const prefix = `${path}[${session.idOf(instance)}]`
  const before = session.snapshot()
  range.removeInstances(index)
  return async () => {
    const now = session.snapshot()
    const fields = { ...now.fields, ...below(before.fields, prefix) }
    const dormant = { ...now.dormant, ...below(before.dormant, prefix) }
    fields[`${path}#order`] = placeBack(order(before, path), order(now, path)).join(' ')
    await session.rebuild({ fields: { ...session.leftover(), ...fields }, dormant })
  }
}

function below(fields: Fields, prefix: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field.startsWith(`${prefix}/`)))
}

const order = (snapshot: Snapshot, path: string): string[] =>
  (snapshot.fields[`${path}#order`] ?? snapshot.dormant[`${path}#order`] ?? '').split(' ').filter(Boolean)

/** The order before, without what was removed since by others, and with what was added since at the end. */
function placeBack(before: string[], now: string[]): string[] {
  return [...before, ...now.filter((id) => !before.includes(id))]
}
