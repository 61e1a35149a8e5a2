// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { difference } from './difference'
import { bare, fieldsToXml, instanceIds, isIdentity, xmlToFields, type Ids } from './fields'
import { readShape, type FormShape } from './shape'

interface Vector {
  description: string
  xml: string
  ids: Ids
  fields: Record<string, string>
  both_ways?: boolean
}

// jsdom has its own URL, which Node's fs does not take.
const folder = '../tests/forms/vectors/'
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(folder + name, 'utf8')) as Vector)

const repeatsOf = (vector: Vector): Set<string> => new Set(Object.keys(vector.ids).map(bare))

/** A form whose instance has the shape of the vector's. */
function formOf(vector: Vector): FormShape {
  const repeats = [...repeatsOf(vector)].map((path) => `<group><repeat nodeset="${path}"/></group>`).join('')
  return readShape(`<html xmlns="http://www.w3.org/2002/xforms"><model><instance>${vector.xml}</instance></model><body>${repeats}</body></html>`)
}

describe('vectors shared with the server', () => {
  test('there are some', () => expect(vectors.length).toBeGreaterThan(6))

  test.each(vectors)('$description', (vector) => {
    const { fields } = xmlToFields(vector.xml, repeatsOf(vector), vector.ids)
    expect(fields).toEqual(vector.fields)
  })

  test.each(vectors.filter((v) => v.both_ways))('and back: $description', (vector) => {
    const built = fieldsToXml(formOf(vector), vector.fields)
    expect(built.leftover).toEqual({})
    expect(xmlToFields(built.xml, repeatsOf(vector), built.ids).fields).toEqual(vector.fields)
  })
})

const form = readShape(`<html xmlns="http://www.w3.org/2002/xforms" xmlns:jr="http://openrosa.org/javarosa">
  <head><title>Hộ</title><model><instance><data id="h" version="2"><ten>?</ten><ho jr:template=""><tuoi/><con><so/></con></ho><ho><tuoi/><con><so/></con></ho>
  <meta><instanceID/></meta></data></instance></model></head>
  <body><group ref="/data/ho"><repeat nodeset="/data/ho"><group><repeat nodeset="/data/ho/con"/></group></repeat></group></body></html>`)

test('a form is read once: template and first instance of a repeat are one shape', () => {
  expect(form.root.children.map((c) => c.path)).toEqual(['/data/ten', '/data/ho', '/data/meta'])
  expect(form.byPath.get('/data/ho')?.repeat).toBe(true)
  expect(form.title).toBe('Hộ')
})

test('instances come in the order of the order; one that lost its place in a merge follows at the end', () => {
  const fields = { '/data/ho#order': 'b a', '/data/ho[a]/tuoi': '1', '/data/ho[z]/tuoi': '3', '/data/ho[c]/tuoi': '2' }
  expect(instanceIds(fields, '/data/ho')).toEqual(['b', 'a', 'c', 'z'])
  const built = fieldsToXml(form, fields, 'uuid:7')
  expect(built.xml.replace(/<con\/>/g, '')).toContain('<ho><tuoi/></ho><ho><tuoi>1</tuoi></ho><ho><tuoi>2</tuoi></ho><ho><tuoi>3</tuoi></ho>')
  expect(built.xml).toContain('<instanceID>uuid:7</instanceID>')
})

test('an answer without a place in the form is left over, not dropped', () => {
  const fields = { '/data/ten': 'A', '/data/cu': 'bỏ', '/data/ho#order': 'a', '/data/ho[a]/cu/sau': '9', 'file:a.webp': 'x 1 t', form: 'h' }
  expect(fieldsToXml(form, fields).leftover).toEqual({ '/data/cu': 'bỏ', '/data/ho[a]/cu/sau': '9' })
})

test('a cleared default stays cleared, except where the answers come from another version', () => {
  expect(fieldsToXml(form, {}).xml).toContain('<ten/>')
  expect(fieldsToXml(form, {}, '', true).xml).toContain('<ten>?</ten>')
})

test('an amend says only what changed, with null for what was taken away', () => {
  const before = { '/data/ten': 'A', '/data/ho#order': 'a b', '/data/ho[a]/tuoi': '1', '/data/ho[b]/tuoi': '2', area: '30316', 'file:x': 'h' }
  const after = { '/data/ten': 'A', '/data/ho#order': 'b c', '/data/ho[b]/tuoi': '2', '/data/ho[c]/tuoi': '5' }
  expect(difference(before, after)).toEqual({
    fields: { '/data/ho#order': 'b c', '/data/ho[a]/tuoi': null, '/data/ho[c]/tuoi': '5' },
    before: { '/data/ho#order': 'a b', '/data/ho[a]/tuoi': '1', '/data/ho[c]/tuoi': null },
  })
})

test('identity is no answer', () => {
  expect(isIdentity('/data/meta/instanceID')).toBe(true)
  expect(isIdentity('/data/meta/instanceName')).toBe(false)
  expect(isIdentity('/data/a/meta/instanceID')).toBe(false)
})
