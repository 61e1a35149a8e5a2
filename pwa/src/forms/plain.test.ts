import { expect, test } from 'vitest'
import { inSentence, plain } from './plain'

test('a label in a list is plain words', () => {
  expect(plain('**Không** ghi [tên](https://x.vn) <span style="color:red">ai</span>')).toBe('Không ghi tên ai')
  expect(plain('Đã ghi **** hộ')).toBe('Đã ghi hộ')
  expect(plain('# Phần _một_')).toBe('Phần một')
  expect(plain('2 * 3 * 4, ten_cot_dai')).toBe('2 * 3 * 4, ten_cot_dai')
})

test('a label stands after a verb without its capital, an abbreviation keeps it', () => {
  expect(inSentence('Vấn đề nổi lên')).toBe('vấn đề nổi lên')
  expect(inSentence('Ấp 1')).toBe('ấp 1')
  expect(inSentence('UBND xã')).toBe('UBND xã')
})
