import 'fake-indexeddb/auto'
import { beforeEach, expect, test } from 'vitest'
import { closeAll, openReplica, readState, useReplica, writeStrictly } from './database'
import { sayOfAlert } from './deliveries'
import { deleteDraft, finalise, keepFile, readDrafts, saveDraft } from './drafts'
import { readItem, readItems } from './items'
import { discard, make, needsAttention, readChanges } from './outbox'
import type { Draft } from './records'

let replica = 0

beforeEach(async () => {
  await closeAll()
  useReplica('test', `r${++replica}`)
})

const DRAFT: Draft = { id: 'i1', form: 'f', version: '1', title: 'F', area: '30316', label: 'Nước lên', saved: '{}', answered: 2, files: {}, made_at_ms: 1, updated_at_ms: 2 }
const FILLED = { fields: { '/data/a': 'x' }, files: [], label: 'Nước lên', instanceXml: '<data/>' }

test('changes are numbered 1, 2, 3 without holes, also from several makers at once', async () => {
  await Promise.all([1, 2, 3, 4].map((n) => make([{ intent: 'create', kind: 'topic', id: `t${n}`, fields: { title: 'T' } }], n)))
  expect((await readChanges()).map((kept) => kept.change.sequence)).toEqual([1, 2, 3, 4])
  expect(await readState('sequence')).toBe(4)
})

test('finalising turns a draft into one change and removes the draft in the same transaction', async () => {
  await saveDraft(DRAFT)
  expect(await finalise(DRAFT, FILLED, { form: 'f', form_version: '1', area: '30316' }, null, 7)).toBe(1)
  expect(await readDrafts()).toEqual([])
  const [kept] = await readChanges()
  expect(kept?.change).toMatchObject({ intent: 'create', id: 'i1', base: 0, made_at_ms: 7, fields: { form: 'f', '/data/a': 'x' } })
  expect((await readItem('submission', 'i1'))?.fields['/data/a']).toBe('x')
})

test('an amend writes only what differs, files too, on the revision that the person saw', async () => {
  const draft: Draft = { ...DRAFT, amends: { base: 4, fields: { '/data/a': 'x', 'file:old.webp': 'aa 3 image/webp' } } }
  const photo = await keepFile('new.webp', new Blob(['new'], { type: 'image/webp' }), 3)
  await finalise(draft, { ...FILLED, files: [photo] }, {}, { fields: { '/data/a': 'y' }, before: { '/data/a': 'x' } }, 8)
  const [kept] = await readChanges()
  expect(kept?.change).toMatchObject({ intent: 'edit', base: 4, fields: { '/data/a': 'y', 'file:old.webp': null, 'file:new.webp': `${photo.sha256} 3 image/webp` } })
  expect(kept?.change.before).toMatchObject({ '/data/a': 'x', 'file:old.webp': 'aa 3 image/webp' })
})

test('an amend that changes nothing makes no change', async () => {
  expect(await finalise({ ...DRAFT, amends: { base: 1, fields: {} } }, FILLED, {}, { fields: {}, before: {} }, 8)).toBe(0)
  expect(await readChanges()).toEqual([])
})

test('a refused change leaves "needs attention" when it is given up with a reason, or corrected', async () => {
  const [first, second] = await make([
    { intent: 'create', kind: 'submission', id: 'a', fields: {} },
    { intent: 'create', kind: 'submission', id: 'b', fields: {} },
  ])
  if (!first || !second) throw new Error('two changes')
  await writeStrictly(['changes'], async (tx) => {
    for (const kept of [first, second]) await tx.objectStore('changes').put({ ...kept, state: 'attention', outcome: { sequence: kept.change.sequence, result: 'rejected', code: 'form_closed' } })
  })
  await discard([first], 'gửi hai lần')
  await finalise({ ...DRAFT, id: 'b', corrects: [second.replica, second.change.sequence] }, FILLED, {}, null)
  const changes = await readChanges()
  expect(changes.filter(needsAttention)).toEqual([])
  expect(changes[0]?.discarded?.reason).toBe('gửi hai lần')
  expect(changes[1]?.discarded?.replaced_by).toBe(3)
})

test('of one alert revision each sign is said once; a newer revision begins anew', async () => {
  const name = { alert: 'a1', area: '30316', revision: 1 }
  expect(await sayOfAlert(name, 'd', 'shown_at_ms', 1)).toBe(true)
  expect(await sayOfAlert(name, 'd', 'shown_at_ms', 2)).toBe(false)
  expect(await sayOfAlert(name, 'd', 'confirmed_at_ms', 3)).toBe(true)
  expect(await sayOfAlert({ ...name, revision: 2 }, 'd', 'shown_at_ms', 4)).toBe(true)
  expect((await readItem('delivery', 'a1:d'))?.fields).toEqual({ alert: 'a1', area: '30316', device: 'd', revision: '2', shown_at_ms: '4' })
  expect(await sayOfAlert(name, 'd', 'opened_at_ms', 5)).toBe(false)
})

test('a file stays while another draft or a change still names it', async () => {
  const photo = await keepFile('p.webp', new Blob(['p']), 1)
  for (const id of ['one', 'two']) await saveDraft({ ...DRAFT, id, files: { 'p.webp': photo } })
  await deleteDraft('one')
  expect(await (await openReplica()).count('files')).toBe(1)
  await deleteDraft('two')
  expect(await (await openReplica()).count('files')).toBe(0)
})

test('a database that the browser closed is opened again', async () => {
  const db = await openReplica()
  db.close()
  await make([{ intent: 'create', kind: 'topic', id: 't', fields: { title: 'T' } }])
  expect((await readItems('topic')).map((topic) => topic.id)).toEqual(['t'])
})
