import { expect, test } from 'vitest'
import { parseNumber } from './numbers'
import { humanNumber, humanValue } from './values'

test('a comma or a point may be the decimal mark', () => {
  expect(parseNumber('1,5', 'vi', false)).toBe('1.5')
  expect(parseNumber('1.5', 'vi', false)).toBe('1.5')
  expect(parseNumber(',5', 'vi', false)).toBe('0.5')
  expect(parseNumber('1.5', 'en', false)).toBe('1.5')
})

test('thousands may be grouped', () => {
  expect(parseNumber('1.234.567', 'vi', true)).toBe('1234567')
  expect(parseNumber('1.234,5', 'vi', false)).toBe('1234.5')
  expect(parseNumber('12 000', 'vi', true)).toBe('12000')
  expect(parseNumber('1,234', 'en', true)).toBe('1234')
})

test('what is no number is said, not dropped', () => {
  expect(parseNumber('12a', 'vi', true)).toBeNull()
  expect(parseNumber('1,5', 'vi', true)).toBeNull()
  expect(parseNumber('--1', 'vi', false)).toBeNull()
  expect(parseNumber('  ', 'vi', true)).toBe('')
})

test('values are shown the way a person reads them', () => {
  expect(humanNumber('1234567.5', 'vi')).toBe('1.234.567,5')
  expect(humanNumber('1234567.5', 'en')).toBe('1,234,567.5')
  const label = (v: string): string => v.toUpperCase()
  expect(humanValue('choices', 'a b', 'vi', label)).toBe('A, B')
  expect(humanValue('rank', 'b a', 'vi', label)).toBe('1. B · 2. A')
  expect(humanValue('date', '2026-11-26', 'vi', label)).toBe('26/11/2026')
  expect(humanValue('dateTime', '2026-11-26T08:05:00.000+07:00', 'vi', label)).toBe('26/11/2026 08:05')
  expect(humanValue('place', '10.39 105.44 0 0;10.4 105.5 0 0', 'vi', label)).toBe('10.39, 105.44 → 10.4, 105.5')
})
