// Every vector in sync/vectors, by the TypeScript core. tests/sync/test_vectors.py runs the same in Python.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canonical } from './canonical'
import { CALLS, pushAll } from './vector_calls'

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument,
   @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a vector is JSON of any shape */
type Json = any

const FOLDER = resolve(import.meta.dirname, '../../../sync/vectors')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What of `expected` is not so. An object may have more members than expected; a list may not, nor may `fields`. */
function differences(expected: Json, actual: Json, path = ''): string[] {
  if (isObject(expected) && isObject(actual)) {
    const found: string[] = []
    if (/(fields|\/stamps|\/writes)$/.test(path) && members(expected) !== members(actual)) {
      found.push(`${path}: members ${members(actual)} instead of ${members(expected)}`)
    }
    for (const name of Object.keys(expected)) found.push(...differences(expected[name], actual[name], `${path}/${name}`))
    return found
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((left, at) => differences(left, actual[at], `${path}/${at}`))
  }
  if (isAbsent(expected) && isAbsent(actual)) return []
  return Object.is(expected, actual) ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`]
}

const isObject = (value: Json): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const members = (value: Json): string => Object.keys(value).sort().join(' ')

/** A default that a message leaves off the wire. */
function isAbsent(value: Json): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

async function run(vector: Json): Promise<Json> {
  const { when } = vector
  if (when.call === 'push') return pushAll(vector, sha256)
  if (when.call === 'push_hash') return { hash: sha256(canonical(pruned(await pushAll(vector, sha256)))) }
  return CALLS[when.call]!(when, sha256)
}

/** Without members that have their default: languages differ in which of those they spell out. */
function pruned(value: Json): Json {
  if (Array.isArray(value)) return value.map(pruned)
  if (!isObject(value)) return value
  const kept = Object.entries(value).map(([name, member]) => [name, pruned(member)] as const)
  return Object.fromEntries(kept.filter(([, member]) => !isAbsent(member)))
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort()) {
  const vectors: Json[] = JSON.parse(readFileSync(resolve(FOLDER, file), 'utf8'))
  describe(file, () => {
    test.each(vectors.map((vector) => [`${vector.rule} ${vector.description}`, vector] as const))(
      '%s',
      async (_, vector) => {
        const actual = await run(vector)
        expect(differences(vector.then, actual)).toEqual([])
      },
    )
  })
}
