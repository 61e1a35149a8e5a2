import { expect, test } from 'vitest'
import { fold, search } from './search'

const names = ['Bình Đức', 'An Giang', 'Đồng Tháp', 'Hường', 'Hương', 'Long Xuyên', 'Vĩnh Tế', 'Núi Cấm', 'Tri Tôn', 'Chợ Vàm']
const entries = names.map((label) => ({ label, folded: fold(label) }))
const found = (query: string): string[] => search(entries, query).map((e) => e.label)

test('no diacritics are needed', () => {
  expect(found('an giang')).toEqual(['An Giang'])
  expect(found('dong')).toEqual(['Đồng Tháp'])
  expect(found('cho vam')).toEqual(['Chợ Vàm'])
  expect(found('  TE ')).toEqual(['Vĩnh Tế'])
})

test('marks that are typed narrow the list', () => {
  expect(found('huong')).toEqual(['Hường', 'Hương'])
  expect(found('hương')).toEqual(['Hương'])
  expect(found('đông')).toEqual(['Đồng Tháp'])
})

test('words may come in any order, and a beginning counts more', () => {
  expect(found('giang an')).toEqual(['An Giang'])
  expect(found('t')[0]).toBe('Tri Tôn')
})

test('decomposed text is the same text', () => expect(fold('Đồng'.normalize('NFD'))).toBe('dong'))

test('an empty query finds everything', () => expect(found(' ')).toEqual(names))

test('10,000 names are searched in a moment', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({ label: `Ấp ${i}`, folded: fold(`Ấp ${i}`) }))
  const began = performance.now()
  expect(search(many, 'ap 9999').map((e) => e.label)).toEqual(['Ấp 9999'])
  expect(performance.now() - began).toBeLessThan(200)
})
