import { expect, test } from 'vitest'
import type { Seen } from '../../store/view'
import type { Entry } from './entries'
import { Finder, foundIn } from './search'

const entry = (id: string, title: string, fields: Record<string, string>, revision = 1): Entry =>
  ({
  id, state: 'received', title, form: 'Phản ánh nhanh', area: '30742', at_ms: 1,
  seen: { kind: 'submission', id, revision, fields, conflicts: [], author: 'me', updated_at_ms: 1, updated_by: '', deleted: false, pending: [] } satisfies Seen,
  })

const WELL = entry('a', 'Giếng cạn', { form: 'quick', '/data/viec': 'Nước mặn vào tới Đồng Xoài', '/data/nguon': 'gieng_khoan', '/data/meta/instanceID': 'uuid:xoai' })
const ROAD = entry('b', 'Đường ngập', { '/data/viec': 'Triều cường' })
const named = (): Finder => new Finder((code) => (code === '30742' ? 'Xã Vĩnh Tế' : code))

test('words are found without marks, in any order, in title, answers, form and area', async () => {
  const found = async (query: string): Promise<string> => (await named().find([WELL, ROAD], query))?.map((one) => one.id).join('') ?? '-'
  expect(await found('nuoc man')).toBe('a')
  expect(await found('man NƯỚC')).toBe('a')
  expect(await found('dong xoai')).toBe('a')
  expect(await found('gieng khoan')).toBe('a')
  expect(await found('duong')).toBe('b')
  expect(await found('vinh te')).toBe('ab')
  expect(await found('phan anh trieu')).toBe('b')
  expect(await found('uuid')).toBe('')
  expect(await found('  ')).toBe('ab')
})

test('another revision is searched anew', async () => {
  const finder = named()
  expect(await finder.find([WELL], 'lua')).toEqual([])
  expect(await finder.find([entry('a', 'Giếng cạn', { '/data/viec': 'Lúa chết' }, 2)], 'lua')).toHaveLength(1)
})

test('the answer with the word is shown, unless the title has it', () => {
  expect(foundIn(WELL, 'dong xoai')).toBe('Nước mặn vào tới Đồng Xoài')
  expect(foundIn(WELL, 'gieng')).toBe('')
  expect(foundIn(ROAD, 'vinh te')).toBe('')
})

test('ten thousand are searched at every key, and the phone draws in between', async () => {
  const text = 'Nước mặn vào tới rạch, ruộng lúa của nhiều hộ trong ấp bị chết, bà con xin được bơm nước ngọt. '
  const many = Array.from({ length: 10_000 }, (_, n) => entry(`s${n}`, `Phiếu ${n}`, { '/data/a': text + n, '/data/b': text, '/data/c': text }))
  const finder = named()
  const began = performance.now()
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  expect(await finder.find(many, 'phieu 9999')).toHaveLength(1)
  clearInterval(timer)
  const folded = performance.now()
  for (const query of ['n', 'nu', 'nuo', 'nuoc', 'nuoc ngot 1234']) await finder.find(many, query)
  const ended = performance.now()
  console.warn(`10,000 submissions: folded once in ${Math.round(folded - began)} ms, a key ${Math.round((ended - folded) / 5)} ms`)
  expect(ticks).toBeGreaterThan(2)
  expect((ended - folded) / 5).toBeLessThan(1000)
})

test('a search that is out of date ends early', async () => {
  const many = Array.from({ length: 10_000 }, (_, n) => entry(`s${n}`, `Phiếu ${n} nước mặn`, {}))
  expect(await named().find(many, 'phieu', () => true)).toBeNull()
})
