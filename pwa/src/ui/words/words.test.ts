import { describe, expect, test } from 'vitest'
import { en as lockEn } from '../lock/words_en'
import { vi as lockVi } from '../lock/words_vi'
import { en as enApp } from './en'
import { vi as viApp } from './vi'

const vi = { ...viApp, lock: lockVi }
const en = { ...enApp, lock: lockEn }

type Leaf = string | ((...values: never[]) => string)

function leaves(node: object, path = ''): [string, Leaf][] {
  return Object.entries(node).flatMap(([key, value]: [string, Leaf | object]): [string, Leaf][] =>
    typeof value === 'object' ? leaves(value, `${path}${key}.`) : [[`${path}${key}`, value]],
  )
}

const say = (leaf: Leaf): string => (typeof leaf === 'string' ? leaf : leaf(...([3, 7, 2] as never[])))

describe('words', () => {
  test('both languages have exactly the same keys', () => {
    expect(leaves(en).map(([key]) => key)).toEqual(leaves(vi).map(([key]) => key))
  })

  test('no word is blank, and none was left untranslated', () => {
    const english = new Map(leaves(en))
    for (const [key, leaf] of leaves(vi)) {
      expect(say(leaf).trim(), key).not.toBe('')
      if (key !== 'app.name' && /\p{L}/u.test(say(leaf))) expect(say(english.get(key) ?? ''), key).not.toBe(say(leaf))
    }
  })
})
