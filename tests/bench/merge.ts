/** Cost of judging one change in the TypeScript core: twin of the Python half of merge.py, which bundles and runs it.
 *
 * Standard input: {rounds, cases: {name: {item, change}}}. Standard output: {name: {value, floor}} in changes per second.
 */

import { readFileSync } from 'node:fs'
import type { Change } from '../../pwa/src/sync/protocol'
import { decide } from '../../pwa/src/sync/push'
import type { Actor, ItemState, Snapshot } from '../../pwa/src/sync/state'

interface Given {
  readonly rounds: number
  readonly cases: Readonly<Record<string, { readonly item: ItemState | null; readonly change: Change }>>
}

const given = JSON.parse(readFileSync(0, 'utf8')) as Given
const actor: Actor = {
  replica: 'P',
  person: 'p',
  name: 'P',
  role: 'collaborator',
  device: 'd',
  areas: new Set(['c1']),
  server: false,
}

// What a round made is kept, or the engine would see that nobody wants it and skip the work.
const kept: unknown[] = new Array(64)

function perSecond(work: () => unknown): number {
  for (let round = 0; round < given.rounds / 5; round++) kept[round % 64] = work()
  let best = Infinity
  for (let batch = 0; batch < 5; batch++) {
    const begun = performance.now()
    for (let round = 0; round < given.rounds / 5; round++) kept[round % 64] = work()
    best = Math.min(best, performance.now() - begun)
  }
  return (given.rounds * 200) / best
}

function measure(item: ItemState | null, change: Change): { value: number; floor: number } {
  const snapshot: Snapshot = {
    actor,
    at_ms: 1,
    received_up_to: change.sequence - 1,
    lost: [],
    earlier: null,
    releasing: false,
    item,
    closed: new Set(),
    form: 'open',
  }
  const stored = JSON.stringify(item ?? change)
  return {
    value: perSecond(() => decide(snapshot, change, 'hash')),
    floor: perSecond(() => JSON.stringify(JSON.parse(stored))),
  }
}

const rates = Object.fromEntries(Object.entries(given.cases).map(([name, { item, change }]) => [name, measure(item, change)]))
process.stdout.write(JSON.stringify(rates))
