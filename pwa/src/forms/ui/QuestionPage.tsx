/** One page: where in the form one is, then its questions. */
import { useFiller, useNode } from './context'
import type { AnyNode } from '@getodk/xforms-engine'
import { For, Match, Show, Switch, type Component } from 'solid-js'
import { codeOf } from '../language'
import { isShown, type QuestionPage as Page } from '../pages'
import { isLeaf, isRange } from '../session'
import { InlineRepeat } from './InlineRepeat'
import { Question } from './Question'
import { RichText } from './RichText'
import { titleOf, Trail } from './Trail'
import { matrixRole } from './matrix'

export const QuestionPage: Component<{ page: Page }> = (props) => {
  const { session } = useFiller()
  return (
    <div class="form-page" lang={codeOf(session.root().currentState.activeLanguage.language)}>
      <Trail trail={props.page.trail} />
      <For each={props.page.nodes}>{(node) => <NodeView node={node} top />}</For>
    </div>
  )
}

/** A question, a group in a field-list, or a repeat in a field-list. `top`: it is the page's own group. */
export const NodeView: Component<{ node: AnyNode; top?: boolean }> = (props) => {
  const { words } = useFiller()
  const node = useNode(props)
  return (
    <Show when={isShown(node)}>
      <Switch>
        <Match when={isLeaf(node) && node}>{(leaf) => <Question node={leaf()} />}</Match>
        <Match when={isRange(node) && node}>{(range) => <InlineRepeat range={range()} />}</Match>
        <Match when={node.nodeType === 'group' || node.nodeType === 'repeat-instance'}>
          <section class="form-group" data-matrix={hasMatrix(node) ? '' : undefined}>
            <Show
              when={node.nodeType === 'repeat-instance' && node}
              fallback={
                <Show when={node.currentState.label}>
                  {(label) => (
                    <h2 classList={{ 'form-title': props.top }}>
                      <RichText text={label()} />
                    </h2>
                  )}
                </Show>
              }
            >
              {(instance) => <h2 class="form-title">{titleOf(instance(), words)}</h2>}
            </Show>
            <For each={node.currentState.children}>{(child) => <NodeView node={child} />}</For>
          </section>
        </Match>
      </Switch>
    </Show>
  )
}

const hasMatrix = (node: AnyNode): boolean =>
  ((node.currentState.children ?? []) as readonly AnyNode[]).some((child) => isLeaf(child) && matrixRole(child) !== null)
