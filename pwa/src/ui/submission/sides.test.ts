import { expect, test } from 'vitest'
import { sides } from './sides'

const CONFLICT = { id: 'r1:4:/data/a', field: '/data/a', standing: 'x', standing_by: 'Tuấn', arriving: 'y', arriving_by: 'Lan' }

test('what this replica sent is mine, whoever the names are', () => {
  expect(sides(CONFLICT, 'r1', 'Somebody')).toEqual({ arriving: 'mine', standing: 'theirs' })
})

test('else the name tells', () => {
  expect(sides(CONFLICT, 'r2', 'Tuấn')).toEqual({ arriving: 'theirs', standing: 'mine' })
  expect(sides(CONFLICT, 'r2', 'Lan')).toEqual({ arriving: 'mine', standing: 'theirs' })
})

test('between two others nothing is mine', () => {
  expect(sides(CONFLICT, 'r2', 'Hải')).toEqual({ arriving: null, standing: null })
})
