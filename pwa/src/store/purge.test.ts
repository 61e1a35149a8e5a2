import { expect, test } from 'vitest'
import { purgeable } from './purge'
import type { Draft, KeptChange, StoredFile } from './records'

const file = (sha256: string, sent: number): StoredFile => ({ sha256, size: 3, type: 'image/webp', bytes: new Blob(['abc']), sent, made_at_ms: 1 })
const DRAFT = { files: { 'a.webp': { name: 'a.webp', sha256: 'drafted', size: 3, type: 'image/webp' } } } as unknown as Draft
const CHANGE = { change: { sequence: 1, fields: { 'file:b.webp': 'named 3 image/webp', '/data/a': null } } } as unknown as KeptChange

test('only files that the server has in whole and that nothing on the phone needs may go', () => {
  const files = [file('half', 2), file('unsent', 0), file('drafted', 3), file('named', 3), file('done', 3)]
  expect(purgeable(files, [DRAFT], [CHANGE]).map((one) => one.sha256)).toEqual(['done'])
})
