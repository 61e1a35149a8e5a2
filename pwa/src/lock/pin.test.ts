import 'fake-indexeddb/auto'
import { beforeEach, expect, test, vi } from 'vitest'
import { closeAll, openAsItRests, useReplica } from '../store/database'
import { finalise, keepFile, readDrafts, readFile, saveDraft } from '../store/drafts'
import { readItem } from '../store/items'
import { make, readChanges } from '../store/outbox'
import type { Draft } from '../store/records'
import { holdCipher, Locked } from '../store/sealing'
import { countResting, isPin, removePin, setPin, unlock, waitAfter } from './pin'

const SMALL_KIB = 64
const DRAFT: Draft = { id: 'i1', form: 'f', version: '1', title: 'F', area: '30316', label: 'Nước lên', saved: '{}', answered: 2, files: {}, made_at_ms: 1, updated_at_ms: 2 }
let replica = 0

vi.stubGlobal('navigator', { locks: { request: (_: string, work: () => unknown) => work() } })

beforeEach(async () => {
  holdCipher(null)
  await closeAll()
  useReplica('pin', `r${++replica}`)
})

/** Everything that rests, as text: what somebody who copied the storage would search. */
async function resting(): Promise<string> {
  const db = await openAsItRests()
  const files = await Promise.all((await db.getAll('files')).map((file) => file.bytes.text()))
  return JSON.stringify([await db.getAll('items'), await db.getAll('changes'), await db.getAll('drafts'), files, await db.get('state', 'people')])
}

async function fill(): Promise<void> {
  await saveDraft({ ...DRAFT, saved: 'bí mật trong nháp' })
  await make([{ intent: 'create', kind: 'topic', id: 't', fields: { title: 'bí mật trong phiếu' } }], 1)
  await make([{ intent: 'create', kind: 'delivery', id: 'a:d', fields: { alert: 'a' } }], 2)
  await keepFile('p.webp', new Blob(['bí mật trong ảnh'], { type: 'image/webp' }), 3)
  await (await openAsItRests()).put('items', { kind: 'submission', id: 's', revision: 1, position: 1, fields: { '/data/a': 'bí mật trong mục' } })
  await (await openAsItRests()).put('state', { lan: 'bí mật tên' }, 'people')
}

test('with a PIN nothing secret rests in the clear, and all of it is read after the PIN', async () => {
  await fill()
  expect(await resting()).toContain('bí mật')
  await setPin('135790', 5, SMALL_KIB)
  expect(await resting()).not.toContain('bí mật')

  holdCipher(null)
  await expect(readDrafts()).rejects.toThrow(Locked)
  await expect(readChanges()).rejects.toThrow(Locked)
  expect(await unlock('135790')).toMatchObject({ open: true })
  expect((await readDrafts())[0]?.saved).toBe('bí mật trong nháp')
  expect((await readChanges()).map((kept) => kept.change.fields)).toEqual([{ title: 'bí mật trong phiếu' }, { alert: 'a' }])
  expect((await readItem('submission', 's'))?.fields['/data/a']).toBe('bí mật trong mục')
  const [file] = await (await openAsItRests()).getAll('files')
  const photo = await readFile(file?.sha256 ?? '')
  expect([await photo?.bytes.text(), photo?.type]).toEqual(['bí mật trong ảnh', 'image/webp'])
})

test('what is written after the PIN was set rests sealed too, and is numbered on', async () => {
  await fill()
  await setPin('135790', 5, SMALL_KIB)
  await saveDraft({ ...DRAFT, id: 'i2', saved: 'bí mật mới' })
  await finalise({ ...DRAFT, id: 'i2' }, { fields: { '/data/a': 'bí mật xong' }, files: [], label: '', instanceXml: '' }, { form: 'f' }, null, 9)
  expect(await resting()).not.toContain('bí mật')
  expect((await readChanges()).map((kept) => kept.change.sequence)).toEqual([1, 2, 3])
})

test('a locked phone counts what it holds without reading it, and what it says of alerts stays readable', async () => {
  await fill()
  await setPin('135790', 5, SMALL_KIB)
  holdCipher(null)
  expect(await countResting()).toEqual({ drafts: 1, unsent: 1, waiting: 0, delivered: false, files: 1 })
  expect((await readItem('delivery', 'a:d'))?.fields).toEqual({ alert: 'a' })
})

test('taking the PIN off needs it, and leaves everything as it was', async () => {
  await fill()
  const before = await resting()
  await setPin('135790', 5, SMALL_KIB)
  expect(await removePin('000000')).toMatchObject({ open: false })
  expect(await resting()).not.toContain('bí mật')
  expect(await removePin('135790')).toMatchObject({ open: true })
  expect((await resting()).length).toBeGreaterThanOrEqual(before.length)
  holdCipher(null)
  expect((await readDrafts())[0]?.saved).toBe('bí mật trong nháp')
})

test('wrong PINs cost growing waits that survive a restart; the right PIN clears them', async () => {
  await setPin('135790', 5, SMALL_KIB)
  holdCipher(null)
  for (const at_ms of [1, 2, 3]) expect(await unlock('111111', at_ms)).toMatchObject({ open: false, early: false, wait_until_ms: 0 })
  expect(await unlock('111111', 4)).toMatchObject({ early: false, failures: 4, wait_until_ms: 30_004 })
  await closeAll()
  expect(await unlock('135790', 20_000)).toMatchObject({ open: false, early: true, wait_until_ms: 30_004 })
  expect(await unlock('135790', 30_004)).toMatchObject({ open: true })
  expect(await unlock('111111', 30_005)).toMatchObject({ failures: 1, wait_until_ms: 0 })
  expect([3, 4, 5, 6, 7, 8, 20].map(waitAfter)).toEqual([0, 30_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000])
})

test('a sealed record moved to another place does not open', async () => {
  await saveDraft(DRAFT)
  await setPin('135790', 5, SMALL_KIB)
  const db = await openAsItRests()
  const draft = await db.get('drafts', 'i1')
  if (draft) await db.put('drafts', { ...draft, id: 'i9' })
  await expect(readDrafts()).rejects.toThrow()
})

test('a PIN is six to twelve digits', () => {
  expect(['12345', '123456', '123456789012', '1234567890123', '12345a'].map(isPin)).toEqual([false, true, true, false, false])
})
