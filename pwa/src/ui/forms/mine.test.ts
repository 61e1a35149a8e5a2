import { expect, test } from 'vitest'
import { isForMe } from './mine'

const PLACES = [
  { id: '91', parent: '' },
  { id: '30000', parent: '91' },
  { id: '30003', parent: '91' },
  { id: 'ap-1', parent: '30000' },
]
const ALICE = { role: 'collaborator', areas: ['30000'] }

test('a form without areas and roles is for everyone', () => {
  expect(isForMe({}, ALICE, PLACES)).toBe(true)
  expect(isForMe({}, { role: 'collaborator', areas: [] }, [])).toBe(true)
})

test('a form is for those whose area it names, and for those over and under it', () => {
  for (const areas of ['30000', '30003 30000', '91', 'ap-1']) expect(isForMe({ areas }, ALICE, PLACES)).toBe(true)
  expect(isForMe({ areas: '30003' }, ALICE, PLACES)).toBe(false)
  expect(isForMe({ areas: '30000' }, ALICE, [])).toBe(true)
})

test('a role must fit as well; staff fill every form', () => {
  expect(isForMe({ areas: '91', roles: 'coordinator' }, ALICE, PLACES)).toBe(false)
  expect(isForMe({ roles: 'coordinator collaborator' }, ALICE, PLACES)).toBe(true)
  expect(isForMe({ areas: '30003', roles: 'collaborator' }, { role: 'staff', areas: [] }, PLACES)).toBe(true)
})

test('a tree that bites its own tail ends', () => {
  expect(isForMe({ areas: 'b' }, { role: 'collaborator', areas: ['a'] }, [{ id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }])).toBe(true)
})
