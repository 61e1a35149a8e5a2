/** Small forms for the tests of this folder, opened in the real engine. */
import type { AnyLeafNode, RepeatRangeUncontrolledNode } from '@getodk/xforms-engine'
import type { Beginning } from './contract'
import { loadEngine } from './engine'
import { Session } from './session'

export interface Question {
  name: string
  bind?: string
  body?: string
  value?: string
}

/** A small XForm: questions `q`, a repeat `ho` of `ten` and `tuoi`, more by the test. */
export function xform(questions: Question[], version = '1', extra = ''): string {
  return `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
  <h:head><h:title>Thử</h:title><model><instance><data id="thu" version="${version}">
  ${questions.map((q) => `<${q.name}>${q.value ?? ''}</${q.name}>`).join('')}
  <ho jr:template=""><ten/><tuoi/></ho><ho><ten/><tuoi/></ho><meta><instanceID/><instanceName/></meta></data></instance>${extra}
  ${questions.map((q) => `<bind nodeset="/data/${q.name}" ${q.bind ?? 'type="string"'}/>`).join('')}
  <bind nodeset="/data/ho/ten" type="string"/><bind nodeset="/data/ho/tuoi" type="int" constraint=". &lt; 120"/>
  <bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
  <h:body>${questions.map((q) => q.body ?? `<input ref="/data/${q.name}"><label>${q.name}</label></input>`).join('')}
  <group ref="/data/ho"><label>Hộ</label><repeat nodeset="/data/ho"><input ref="/data/ho/ten"><label>Tên</label></input>
  <input ref="/data/ho/tuoi"><label>Tuổi</label></input></repeat></group></h:body></h:html>`
}

export const choices = (name: string, values: string[]): string =>
  `<select1 ref="/data/${name}"><label>${name}</label>${values.map((v) => `<item><label>${v}</label><value>${v}</value></item>`).join('')}</select1>`

export async function open(xml: string, beginning: Partial<Beginning> = {}, version = '1'): Promise<Session> {
  const source = { form: 'thu', version, title: 'Thử', formXml: xml, attachment: () => Promise.resolve(null) }
  const frame = {
    language: 'vi' as const,
    areas: [],
    keepFile: () => Promise.reject(new Error('no files here')),
    readFile: () => Promise.resolve(null),
    saveDraft: () => Promise.resolve(),
    finalise: () => Promise.resolve(),
  }
  return Session.begin(await loadEngine(source), source, { from: 'blank', instanceId: 'i1', ...beginning } as Beginning, frame)
}

export function node(session: Session, name: string): AnyLeafNode {
  const found = [...session.nodes()].find((n) => session.stable(n) === name)
  if (!found) throw new Error(`no ${name}`)
  return found as AnyLeafNode
}

export const range = (session: Session): RepeatRangeUncontrolledNode =>
  [...session.nodes()].find((n) => n.nodeType === 'repeat-range:uncontrolled') as RepeatRangeUncontrolledNode
