import { expect, test } from 'vitest'
import { localDateTime, localTime, partialDate } from './dates'

test('times carry the offset of the phone', () => {
  expect(localTime('08:05', new Date('2026-11-26T00:00'))).toMatch(/^08:05:00\.000[+-]\d\d:\d\d$/)
  expect(localDateTime('2026-11-26T08:05')).toMatch(/^2026-11-26T08:05:00\.000[+-]\d\d:\d\d$/)
  expect(localTime('', new Date())).toBe('')
})

test('a date by parts is whole, missing or impossible', () => {
  expect(partialDate('2026', '2', '3')).toBe('2026-02-03')
  expect(partialDate('2026', '', '3')).toBe('')
  expect(partialDate('2026', '2', '31')).toBeNull()
  expect(partialDate('26', '2', '3')).toBeNull()
})
