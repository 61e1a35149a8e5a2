/** Grids of choices: `label` shows the headings, `list-nolabel` only the buttons beneath them, `list` both. */
import type { AnyLeafNode } from '@getodk/xforms-engine'
import { namesOf } from '../appearances'

export type MatrixRole = 'head' | 'row' | 'list'

export function matrixRole(node: AnyLeafNode): MatrixRole | null {
  if (node.nodeType !== 'select') return null
  const names = namesOf(node)
  return names.has('label') ? 'head' : names.has('list-nolabel') ? 'row' : names.has('list') ? 'list' : null
}
