// @vitest-environment jsdom
import { expect, test } from 'vitest'
import type { FormSource } from './contract'
import { cutCsv } from './areas'
import { labels } from './labels'
import { summary } from './summary'

const XFORM = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>Hộ dân</h:title><model><itext>
<translation lang="English (en)"><text id="q:label"><value>Which **topic**?</value></text><text id="nuoc"><value>Water</value></text><text id="dien"><value>Power</value></text>
<text id="so:label"><value>How many of <output value=" /data/chu_de "/>?</value></text></translation>
<translation lang="Tiếng Việt (vi)" default="true()"><text id="q:label"><value>Chủ đề **nào**?</value></text><text id="nuoc"><value>Nước</value></text><text id="dien"><value>Điện</value></text>
<text id="so:label"><value>-</value></text></translation></itext>
<instance><data id="x" version="1"><chu_de/><xa/><ho jr:template=""><so/><ngay/><trong/></ho><ho><so/><ngay/><trong/></ho><tinh/><anh/><meta><instanceID/></meta></data></instance>
<instance id="cd"><root><item><itextId>nuoc</itextId><name>n</name></item><item><itextId>dien</itextId><name>d</name></item></root></instance>
<instance id="xa" src="jr://file-csv/xa.csv"/>
<bind nodeset="/data/chu_de" type="string"/><bind nodeset="/data/ho/so" type="int"/><bind nodeset="/data/ho/ngay" type="date"/><bind nodeset="/data/anh" type="binary"/></model></h:head>
<h:body><select ref="/data/chu_de"><label ref="jr:itext('q:label')"/><itemset nodeset="instance('cd')/root/item[name != '']"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select>
<select1 ref="/data/xa"><label>Xã</label><itemset nodeset="instance('xa')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>
<group ref="/data/ho"><label>Hộ</label><repeat nodeset="/data/ho"><input ref="/data/ho/so"><label ref="jr:itext('so:label')"/></input><input ref="/data/ho/ngay"><label>Ngày</label></input></repeat></group>
<upload ref="/data/anh" mediatype="image/*"><label>Ảnh</label></upload></h:body></h:html>`

const source: FormSource = {
  form: 'x',
  version: '1',
  title: 'x',
  formXml: XFORM,
  attachment: (name) => Promise.resolve(name === 'xa.csv' ? new Blob(['name,label\n30316,"Châu Phú, xã"\n']) : null),
}
const FIELDS = {
  '/data/chu_de': 'n d', '/data/xa': '30316', '/data/ho#order': 'b a', '/data/ho[a]/so': '1200', '/data/ho[b]/ngay': '2026-11-26',
  '/data/tinh': '7', '/data/anh': 'anh-1.webp', '/data/cu': 'câu cũ', 'file:anh-1.webp': 'h 1 image/webp', form: 'x',
}

test('a field has its label and a value its words, in the language of the reader', async () => {
  const vi = await labels(source, 'vi')
  expect(vi.label('/data/chu_de')).toBe('Chủ đề nào?')
  expect(vi.value('/data/chu_de', 'n d')).toBe('Nước, Điện')
  expect(vi.value('/data/xa', '30316')).toBe('Châu Phú, xã')
  expect(vi.label('/data/ho[a]/ngay', FIELDS)).toBe('Hộ 2 · Ngày')
  expect(vi.label('/data/ho#order', FIELDS)).toBe('Hộ')
  expect(vi.value('/data/ho[a]/so', '1200')).toBe('1.200')
  expect(vi.value('/data/ho[a]/ngay', '2026-11-26')).toBe('26/11/2026')
  expect(vi.label('/data/khong_co')).toBe('/data/khong_co')
  expect(vi.languages).toEqual(['English (en)', 'Tiếng Việt (vi)'])
  const en = await labels(source, 'en')
  expect(en.value('/data/chu_de', 'n')).toBe('Water')
  expect(en.label('/data/chu_de')).toBe('Which topic?')
})

test('a translation that is missing is taken from the other language', async () => {
  expect((await labels(source, 'vi')).label('/data/ho[a]/so')).toContain('How many of …?')
})

test('a submission reads in the order of the form, with headings, and ends with what the form does not know', async () => {
  const lines = await summary(FIELDS, source, 'vi')
  expect(lines.map((l) => [l.level, l.label, l.value])).toEqual([
    [0, 'Chủ đề nào?', 'Nước, Điện'],
    [0, 'Xã', 'Châu Phú, xã'],
    [0, 'Hộ 1', ''],
    [1, 'Ngày', '26/11/2026'],
    [0, 'Hộ 2', ''],
    [1, 'How many of n d?', '1.200'],
    [0, 'Ảnh', 'anh-1.webp'],
    [0, '/data/cu', 'câu cũ'],
  ])
  expect(lines.find((l) => l.label === 'Ảnh')?.file).toBe('anh-1.webp')
})

test('a list with a column of areas is cut to those of the person', () => {
  const csv = 'name,label,area\r\n1,"Một, hai",30316\r\n2,Hai,30320\r\n3,Chung,\r\n'
  expect(cutCsv(csv, new Set(['30316']))).toBe('name,label,area\n1,"Một, hai",30316\n3,Chung,\n')
  expect(cutCsv('name,label\n1,a\n', new Set(['30316']))).toBe('name,label\n1,a\n')
  // Nobody is left with an empty list.
  expect(cutCsv('name,area\n1,1\n', new Set(['2']))).toBe('name,area\n1,1\n')
})
