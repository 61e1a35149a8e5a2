import type { AnyLeafNode } from '@getodk/xforms-engine'
import { untrack } from 'solid-js'

/** Writes text into a question the way a person would. Read-only ones and files are passed over. */
export function write(node: AnyLeafNode, text: string): void {
  if (untrack(() => node.currentState.readonly)) return
  switch (node.nodeType) {
    case 'input':
    case 'range':
      node.setValue(text)
      break
    case 'select':
      node.selectValues(node.selectType === 'select' ? text.split(/\s+/).filter(Boolean) : [text])
      break
    case 'rank':
      node.setValues(text.split(/\s+/).filter(Boolean))
      break
    case 'trigger':
      node.setValue(text === 'OK')
      break
    default:
  }
}
