import { expect, test } from 'vitest'
import type { Item } from '../sync/protocol'
import type { KeptChange } from './records'
import { isPending, overlay } from './view'

const ITEM: Item = { kind: 'submission', id: 's', revision: 3, position: 9, fields: { '/data/a': 'old', area: '1' }, author: 'lan' }

function change(sequence: number, more: Partial<KeptChange> = {}, fields: Record<string, string | null> = { '/data/a': 'new' }): KeptChange {
  return {
    replica: 'r',
    change: { sequence, intent: 'edit', kind: 'submission', id: 's', base: 3, fields, made_at_ms: 5 },
    state: 'unsent',
    outcome: null,
    stale: false,
    kind: 'submission',
    id: 's',
    ...more,
  }
}

test('an unsent change lies over the item, in order of sequence', () => {
  const seen = overlay(ITEM, [change(2, {}, { '/data/a': 'newest' }), change(1)])
  expect(seen?.fields).toEqual({ '/data/a': 'newest', area: '1' })
  expect(seen?.pending.map((kept) => kept.change.sequence)).toEqual([1, 2])
})

test('a judged change lies over the item until a pull brings its revision', () => {
  const judged = change(1, { state: 'judged', outcome: { sequence: 1, result: 'applied', revision: 4 } })
  expect(overlay(ITEM, [judged])?.fields['/data/a']).toBe('new')
  expect(isPending(judged, { ...ITEM, revision: 4 })).toBe(false)
})

test('a refused creation stays visible, so that it can be put right', () => {
  const refused = change(1, { state: 'attention', outcome: { sequence: 1, result: 'rejected', code: 'form_closed' } })
  const creation = { ...refused, change: { ...refused.change, intent: 'create' as const } }
  expect(overlay(undefined, [creation])?.fields).toEqual({ '/data/a': 'new' })
  expect(overlay(undefined, [{ ...creation, discarded: { reason: 'twice', at_ms: 1 } }])).toBeNull()
})

test('a refused edit does not change what is seen, but asks for attention', () => {
  const seen = overlay(ITEM, [change(1, { state: 'attention', outcome: { sequence: 1, result: 'rejected', code: 'not_allowed' } })])
  expect(seen?.fields['/data/a']).toBe('old')
  expect(seen?.pending).toHaveLength(1)
})

test('a resolve takes the conflicts it settles off the card at once, offline too', () => {
  const item: Item = { ...ITEM, conflicts: [{ id: 'r:7:/data/a', field: '/data/a', standing: 'old', arriving: 'mine' }] }
  const resolve = change(2)
  const seen = overlay(item, [{ ...resolve, change: { ...resolve.change, intent: 'resolve', settles: ['r:7:/data/a'] } }])
  expect(seen?.conflicts).toEqual([])
  expect(seen?.fields['/data/a']).toBe('new')
})
