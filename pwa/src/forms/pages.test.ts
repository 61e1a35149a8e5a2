// @vitest-environment jsdom
import { expect, test } from 'vitest'
import { findPage, pagesOf, violationsOf, type Page } from './pages'
import { node, open, xform } from './sample'
import { write } from './write'

const note = (name: string): { name: string; bind: string } => ({ name, bind: 'type="string" readonly="true()"' })

/** Groups have no place in the small form's list of questions: written straight into the XForm. */
const grouped = (appearance: string): string =>
  xform([])
    .replace('<ho jr:template="">', '<nhom><a/><b/></nhom><ho jr:template="">')
    .replace('<bind nodeset="/data/ho/ten"', '<bind nodeset="/data/nhom/a" type="string" required="true()"/><bind nodeset="/data/nhom/b" type="int"/><bind nodeset="/data/ho/ten"')
    .replace('<group ref="/data/ho">', `<group ref="/data/nhom" appearance="${appearance}"><label>Nhóm</label><input ref="/data/nhom/a"><label>A</label></input><input ref="/data/nhom/b"><label>B</label></input></group><group ref="/data/ho">`)

const keys = (pages: Page[]): string[] => pages.map((page) => page.key.replace(/\[[^\]]+\]/, '[]'))

test('one question a page; the list of a repeat comes after its instances', async () => {
  const session = await open(grouped(''))
  expect(keys(pagesOf(session))).toEqual(['/data/nhom/a', '/data/nhom/b', '/data/ho[]/ten', '/data/ho[]/tuoi', '/data/ho#list'])
})

test('a field-list is one page, and its faults are those of all its questions', async () => {
  const session = await open(grouped('field-list'))
  const pages = pagesOf(session)
  expect(keys(pages)[0]).toBe('/data/nhom')
  expect(violationsOf(pages[0] as Page).map((leaf) => session.stable(leaf))).toEqual(['/data/nhom/a'])
})

test('notes stand above the question that follows, but not too many of them', async () => {
  const session = await open(xform([note('n1'), { name: 'a' }, note('n2'), note('n3'), { name: 'b' }, note('n4')]))
  const pages = pagesOf(session).filter((page) => page.kind === 'questions').slice(0, 4)
  expect(pages.map((page) => page.nodes.map((n) => session.stable(n).slice(6)))).toEqual([['n1', 'a'], ['n2', 'n3'], ['b'], ['n4']])
})

test('questions that do not apply have no page, and one takes the place of the page that is gone', async () => {
  const session = await open(xform([{ name: 'a' }, { name: 'b', bind: 'type="string" relevant="/data/a = 1"' }, { name: 'c' }]))
  write(node(session, '/data/a'), '1')
  const before = pagesOf(session)
  expect(keys(before).slice(0, 3)).toEqual(['/data/a', '/data/b', '/data/c'])
  write(node(session, '/data/a'), '2')
  const after = pagesOf(session)
  expect(keys(after).slice(0, 2)).toEqual(['/data/a', '/data/c'])
  expect(after[findPage(after, '/data/b', before)]?.key).toBe('/data/c')
})

test('a draft that stood in a group stands on the page that now holds it', async () => {
  const pages = pagesOf(await open(grouped('field-list')))
  expect(findPage(pages, '/data/nhom/b')).toBe(0)
  expect(findPage(pages, '/data/mat')).toBe(0)
})
