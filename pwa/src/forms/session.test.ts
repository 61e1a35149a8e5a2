// @vitest-environment jsdom
import { describe, expect, test } from 'vitest'
import { xmlToFields } from './fields'
import { pagesOf } from './pages'
import { addInstance, removeInstance } from './repeats'
import { choices, node, open, range, xform } from './sample'
import type { Session } from './session'
import { write } from './write'

const resume = (session: Session, xml: string, version = '1'): Promise<Session> =>
  open(xml, { from: 'draft', saved: session.draft().saved, formVersion: '1' }, version)

describe('answers', () => {
  test('are the same whether read from the engine or from its XML', async () => {
    const session = await open(xform([{ name: 'a' }, { name: 'b' }]))
    write(node(session, '/data/a'), 'Hồng Ngự'.normalize('NFD'))
    addInstance(range(session))
    const ids = range(session).currentState.children.map((i) => session.idOf(i))
    write(node(session, `/data/ho[${ids[1]}]/tuoi`), '41')
    const { fields } = session.snapshot()
    const { xml } = { xml: session.root().instanceState.instanceXML }
    expect(fields).toEqual(xmlToFields(xml, new Set(['/data/ho']), { '/data/ho': ids }).fields)
    expect(fields).toEqual({ '/data/a': 'Hồng Ngự', '/data/ho#order': ids.join(' '), [`/data/ho[${ids[1]}]/tuoi`]: '41' })
  })

  test('prefill puts answers into a new instance and passes over what does not fit', async () => {
    const session = await open(xform([{ name: 'a' }]), { from: 'blank', prefill: { '/data/a': 'sẵn', '/data/zz': 'x' } })
    expect(session.snapshot().fields['/data/a']).toBe('sẵn')
  })

  test('the finished submission carries the given identity', async () => {
    const session = await open(xform([{ name: 'a' }]))
    write(node(session, '/data/a'), '1')
    const filled = await session.filled()
    expect(filled.instanceXml).toContain('<instanceID>uuid:i1</instanceID>')
    expect(filled.label).toBe('1')
  })
})

describe('a draft', () => {
  test('comes back as it was: answers, ids of instances, page, cleared defaults', async () => {
    const xml = xform([{ name: 'a', value: 'mặc định' }, { name: 'b' }])
    const session = await open(xml)
    write(node(session, '/data/a'), '')
    write(node(session, '/data/b'), 'giữ')
    addInstance(range(session))
    session.page = '/data/b'
    const again = await resume(session, xml)
    expect(again.snapshot()).toEqual(session.snapshot())
    expect(again.page).toBe('/data/b')
    expect(again.draft().answered).toBe(1)
  })

  test('remembers answers that do not apply just now, also over a restart', async () => {
    const xml = xform([{ name: 'a' }, { name: 'b', bind: 'type="string" relevant="/data/a = 1"' }])
    const session = await open(xml)
    write(node(session, '/data/a'), '1')
    write(node(session, '/data/b'), 'sau')
    session.draft()
    write(node(session, '/data/a'), '2')
    expect(session.snapshot()).toMatchObject({ fields: { '/data/a': '2' }, dormant: { '/data/b': 'sau' } })
    const again = await resume(session, xml)
    expect(again.snapshot().fields['/data/b']).toBeUndefined()
    write(node(again, '/data/a'), '1')
    expect(again.snapshot().fields['/data/b']).toBe('sau')
  })

  test('begun on version 1 is carried to version 2: new defaults come in, what has no place is shown', async () => {
    const first = await open(xform([{ name: 'a' }, { name: 'cu' }, { name: 'chon', body: choices('chon', ['x', 'y']) }]))
    write(node(first, '/data/a'), 'giữ')
    write(node(first, '/data/cu'), 'câu cũ')
    write(node(first, '/data/chon'), 'x')
    const v2 = xform([{ name: 'a', bind: 'type="int"' }, { name: 'moi', value: '5' }, { name: 'chon', body: choices('chon', ['y', 'z']) }], '2')
    const second = await resume(first, v2, '2')
    expect(second.leftover()).toEqual({ '/data/a': 'giữ', '/data/cu': 'câu cũ', '/data/chon': 'x' })
    expect(second.snapshot().fields['/data/moi']).toBe('5')
    // Not dropped when it is finished, nor by another restart; only the person lets go of it.
    expect((await second.filled()).fields).toMatchObject({ '/data/cu': 'câu cũ', '/data/moi': '5' })
    const third = await open(v2, { from: 'draft', saved: second.draft().saved, formVersion: '2' }, '2')
    expect(third.leftover()['/data/cu']).toBe('câu cũ')
    third.discardLeftover('/data/cu')
    expect((await third.filled()).fields['/data/cu']).toBeUndefined()
    write(node(third, '/data/a'), '7')
    expect((await third.filled()).fields['/data/a']).toBe('7')
  })
})

describe('repeats', () => {
  test('an instance that was removed comes back with its id, its answers and its place', async () => {
    const session = await open(xform([]))
    addInstance(range(session))
    const ids = range(session).currentState.children.map((i) => session.idOf(i))
    write(node(session, `/data/ho[${ids[0]}]/ten`), 'Một')
    write(node(session, `/data/ho[${ids[1]}]/ten`), 'Hai')
    const undo = removeInstance(session, range(session), 0)
    expect(session.snapshot().fields).toEqual({ '/data/ho#order': ids[1], [`/data/ho[${ids[1]}]/ten`]: 'Hai' })
    const added = session.idOf(addInstance(range(session)))
    await undo()
    expect(session.snapshot().fields).toEqual({
      '/data/ho#order': `${ids[0]} ${ids[1]} ${added}`,
      [`/data/ho[${ids[0]}]/ten`]: 'Một',
      [`/data/ho[${ids[1]}]/ten`]: 'Hai',
    })
  })

  test('a submission that the server merged is amended under the same ids, in its order', async () => {
    const merged = { '/data/ho#order': 'q2 q1', '/data/ho[q1]/ten': 'A', '/data/ho[q2]/ten': 'B', '/data/ho[q2]/tuoi': '30', form: 'thu', 'file:x.webp': 'abc 12 image/webp' }
    const session = await open(xform([]), { from: 'submission', fields: merged, formVersion: '1' })
    expect(session.snapshot().fields).toEqual({ '/data/ho#order': 'q2 q1', '/data/ho[q1]/ten': 'A', '/data/ho[q2]/ten': 'B', '/data/ho[q2]/tuoi': '30' })
    write(node(session, '/data/ho[q1]/ten'), 'A2')
    expect((await session.filled()).fields['/data/ho[q1]/ten']).toBe('A2')
    expect(session.kept['x.webp']).toEqual({ name: 'x.webp', sha256: 'abc', size: 12, type: 'image/webp' })
  })

  test('where the form fixes the number, ids are positions', async () => {
    const counted = xform([{ name: 'n', bind: 'type="int"' }]).replace('<repeat nodeset="/data/ho"', '<repeat nodeset="/data/ho" jr:count="/data/n"')
    const session = await open(counted)
    write(node(session, '/data/n'), '2')
    write(node(session, '/data/ho[2]/ten'), 'Hai')
    expect(session.snapshot().fields).toEqual({ '/data/n': '2', '/data/ho#order': '1 2', '/data/ho[2]/ten': 'Hai' })
    expect((await resume(session, counted)).snapshot()).toEqual(session.snapshot())
    expect(pagesOf(session).map((p) => p.key)).toEqual(['/data/n', '/data/ho[1]/ten', '/data/ho[1]/tuoi', '/data/ho[2]/ten', '/data/ho[2]/tuoi'])
  })
})

test('a form that the engine cannot read says why', async () => {
  await expect(open(xform([{ name: 'a', bind: 'relevant="selected(/data/a"' }]))).rejects.toThrow()
})
