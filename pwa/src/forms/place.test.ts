import { expect, test } from 'vitest'
import { coarse, decimalsOf, metres, parsePlace } from './place'

test('a position is kept only as fine as the form asks, about one kilometre when it asks nothing', () => {
  const at = { latitude: 10.386421, longitude: 105.435678, altitude: 3, accuracy: 4 }
  expect(coarse(at, decimalsOf([]))).toBe('10.39 105.44 0 0')
  expect(coarse(at, decimalsOf(['maps', 'decimals-4']))).toBe('10.3864 105.4357 0 0')
  expect(coarse(at, decimalsOf(['decimals-0']))).toBe('10 105 0 0')
  expect(decimalsOf(['decimals-12'])).toBe(5)
  expect(metres(2)).toBe(1113)
})

test('a typed position is read the way people write it', () => {
  expect(parsePlace('10.52, 105.12')).toEqual({ latitude: 10.52, longitude: 105.12 })
  expect(parsePlace('10,52 105,12')).toEqual({ latitude: 10.52, longitude: 105.12 })
  expect(parsePlace('10.52,105.12')).toEqual({ latitude: 10.52, longitude: 105.12 })
  expect(parsePlace('Long Xuyên')).toBeNull()
  expect(parsePlace('95 105')).toBeNull()
})
