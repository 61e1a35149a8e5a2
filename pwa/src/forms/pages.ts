/** Which questions share a page: ODK Collect's rules, made kinder to a phone.
 *
 * One question a page; a field-list group (or each instance of a field-list repeat) is one page; notes share the page of
 * the question that follows them in the same group; a repeat that the person may extend ends with a page that lists its
 * instances. Keys are stable names, so a draft resumes on its question also in another version. Reads are tracked: call
 * it in a memo. */
import type { AnyLeafNode, AnyNode, GroupNode, RepeatInstanceNode, RepeatRangeUncontrolledNode } from '@getodk/xforms-engine'
import { isLeaf, isRange, type Session } from './session'

export interface QuestionPage {
  kind: 'questions'
  key: string
  /** What is drawn, in order: leaves, or the children of a field-list. */
  nodes: AnyNode[]
  /** Groups and instances around it, outermost first. */
  trail: (GroupNode | RepeatInstanceNode)[]
}

export interface RepeatPage {
  kind: 'repeat'
  key: string
  range: RepeatRangeUncontrolledNode
  trail: (GroupNode | RepeatInstanceNode)[]
}

export type Page = QuestionPage | RepeatPage

const MOST_NOTES = 2

export const isShown = (node: AnyNode): boolean => node.nodeType !== 'model-value' && node.currentState.relevant

/** Leaves that a person sees below a node, those in repeats too. */
export function* shownLeaves(node: AnyNode): Generator<AnyLeafNode> {
  if (!isShown(node)) return
  if (isLeaf(node)) yield node
  else for (const child of node.currentState.children as readonly AnyNode[]) yield* shownLeaves(child)
}

const hasShown = (node: AnyNode): boolean => !shownLeaves(node).next().done

const isFieldList = (node: AnyNode): boolean => {
  const appearances = node.appearances as { 'field-list'?: boolean; 'table-list'?: boolean } | null
  return Boolean(appearances?.['field-list'] ?? appearances?.['table-list'])
}

export function pagesOf(session: Session): Page[] {
  const pages: Page[] = []
  const questions = (nodes: AnyNode[], key: AnyNode, trail: QuestionPage['trail']): void => {
    pages.push({ kind: 'questions', key: session.stable(key), nodes, trail })
  }
  const walk = (parent: AnyNode, trail: QuestionPage['trail']): void => {
    let notes: AnyNode[] = []
    const flush = (): void => {
      if (notes[0]) questions(notes, notes[0], trail)
      notes = []
    }
    for (const child of (parent.currentState.children ?? []) as readonly AnyNode[]) {
      if (!isShown(child)) continue
      if (child.nodeType === 'note') {
        notes.push(child)
        if (notes.length === MOST_NOTES) flush()
        continue
      }
      if (isLeaf(child)) {
        questions([...notes, child], child, trail)
        notes = []
        continue
      }
      flush()
      if (isRange(child)) {
        const list = isFieldList(child)
        for (const instance of child.currentState.children) {
          if (list && hasShown(instance)) questions([instance], instance, trail)
          else if (!list) walk(instance, [...trail, instance])
        }
        if (child.nodeType === 'repeat-range:uncontrolled') {
          pages.push({ kind: 'repeat', key: `${session.stable(child)}#list`, range: child, trail })
        }
      } else if (child.nodeType === 'group' && isFieldList(child)) {
        if (hasShown(child) || hasRange(child)) questions([child], child, trail)
      } else if (child.nodeType === 'group') {
        walk(child, [...trail, child])
      }
    }
    flush()
  }
  walk(session.root(), [])
  return pages
}

/** A field-list that holds only a repeat without instances is still a page: there is something to add. */
const hasRange = (node: AnyNode): boolean =>
  ((node.currentState.children ?? []) as readonly AnyNode[]).some((child) => isShown(child) && (isRange(child) || hasRange(child)))

/** The page to show for a key that may be gone: the same, else the page that holds it, else the first after it before. */
export function findPage(pages: readonly Page[], key: string, before: readonly Page[] = []): number {
  const exact = pages.findIndex((page) => page.key === key)
  if (exact >= 0) return exact
  const holder = pages.findIndex((page) => key.startsWith(`${page.key}/`))
  if (holder >= 0) return holder
  const was = before.findIndex((page) => page.key === key)
  for (const page of was < 0 ? [] : before.slice(was + 1)) {
    const next = pages.findIndex((other) => other.key === page.key)
    if (next >= 0) return next
  }
  return 0
}

/** Questions of a page whose answers do not pass now. */
export function violationsOf(page: Page): AnyLeafNode[] {
  if (page.kind === 'repeat') return []
  return page.nodes.flatMap((node) => [...shownLeaves(node)]).filter((leaf) => leaf.validationState.violation)
}
