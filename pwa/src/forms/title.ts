/** A few words that tell one draft from the next: the form's instance name, else its first answers. */
import type { AnyLeafNode } from '@getodk/xforms-engine'
import { untrack } from 'solid-js'
import { namesOf } from './appearances'
import type { Fields } from './contract'
import { isLeaf, type Session } from './session'

const LONGEST = 60

export function titleOf(session: Session, fields: Fields): string {
  return untrack(() => {
    const root = session.root()
    const named = fields[`${session.stable(root)}/meta/instanceName`]
    if (named) return cut(named)
    const words: string[] = []
    for (const node of session.nodes()) {
      if (!isLeaf(node) || !node.currentState.relevant) continue
      const word = wordOf(node)
      if (word) words.push(word)
      if (words.length === 2) break
    }
    return cut(words.join(' · '))
  })
}

/** Only answers that a person would recognise a draft by; defaults that a form filled in are passed over. */
function wordOf(node: AnyLeafNode): string {
  if (node.nodeType === 'select') {
    const value = node.currentState.value[0]
    return value === undefined ? '' : (node.getValueOption(value)?.label.asString ?? value)
  }
  if (node.nodeType !== 'input' || node.valueType !== 'string' || namesOf(node).has('masked')) return ''
  const text = node.currentState.instanceValue
  return text === node.definition.template.value ? '' : text
}

const cut = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}
