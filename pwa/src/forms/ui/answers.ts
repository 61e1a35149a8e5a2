/** Short words about answers, for lists: what an instance holds, what a page is called, how it stands. Reactive. */
import type { AnyLeafNode, AnyNode } from '@getodk/xforms-engine'
import type { Language } from '../contract'
import { shownLeaves, violationsOf, type Page } from '../pages'
import { plain } from '../plain'
import { humanDate, humanNumber, humanValue } from '../values'
import type { FormWords } from '../words'
import { titleOf } from './Trail'

/** '' for what has no answer worth showing. */
export function answerOf(node: AnyLeafNode, language: Language): string {
  const { instanceValue } = node.currentState
  if (instanceValue === '' || node.nodeType === 'note' || node.nodeType === 'trigger') return ''
  if (node.nodeType === 'select') return node.currentState.value.map((v) => plain(node.getValueOption(v)?.label.asString ?? v)).join(', ')
  if (node.nodeType === 'rank') return node.currentState.value.map((v) => plain(node.getValueLabel(v)?.asString ?? v)).join(' · ')
  switch (node.valueType) {
    case 'int':
    case 'decimal':
      return humanNumber(instanceValue, language)
    case 'date':
      return humanDate(instanceValue)
    case 'dateTime':
    case 'time':
      return humanValue(node.valueType, instanceValue, language, (v) => v)
    case 'geopoint':
      return humanValue('place', instanceValue, language, (v) => v)
    default:
      return instanceValue
  }
}

/** The first answers below a node. */
export function preview(node: AnyNode, language: Language, most = 2): string {
  const said: string[] = []
  for (const leaf of shownLeaves(node)) {
    const answer = answerOf(leaf, language)
    if (answer) said.push(answer)
    if (said.length === most) break
  }
  return said.join(' · ')
}

/** `read`: a page with nothing to answer. */
export type Standing = 'fault' | 'answered' | 'open' | 'read'

export function standingOf(page: Page): Standing {
  if (page.kind === 'repeat') return page.range.currentState.children.length > 0 ? 'answered' : 'open'
  if (violationsOf(page).some((leaf) => leaf.validationState.violation?.condition === 'constraint')) return 'fault'
  const leaves = page.nodes.flatMap((node) => [...shownLeaves(node)]).filter(isQuestion)
  if (leaves.length === 0) return 'read'
  return leaves.every((leaf) => leaf.currentState.instanceValue !== '') ? 'answered' : 'open'
}

export const isQuestion = (leaf: AnyLeafNode): boolean => leaf.nodeType !== 'note' && !leaf.currentState.readonly

/** What a page is called in a list: its question, its group, or the repeat. */
export function nameOf(page: Page, words: FormWords): string {
  if (page.kind === 'repeat') return plain(page.range.currentState.label?.asString ?? '')
  const last = page.nodes[page.nodes.length - 1]
  if (!last) return ''
  if (last.nodeType === 'repeat-instance') return titleOf(last, words)
  return plain(last.currentState.label?.asString ?? '') || plain(last.nodeType === 'group' ? ([...shownLeaves(last)][0]?.currentState.label?.asString ?? '') : '')
}
