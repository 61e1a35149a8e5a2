/** A repeat on a field-list page: its instances stand there, ready to fill. And the card of an instance in a list. */
import type { RepeatInstanceNode, RepeatRangeNode, RepeatRangeUncontrolledNode } from '@getodk/xforms-engine'
import { For, Show, type Component } from 'solid-js'
import { inSentence, plain } from '../plain'
import { addInstance, removeInstance } from '../repeats'
import { preview } from './answers'
import { useFiller } from './context'
import { FormIcon } from './icons'
import { NodeView } from './QuestionPage'
import { RichText } from './RichText'
import { titleOf } from './Trail'

const asFree = (range: RepeatRangeNode): RepeatRangeUncontrolledNode | null => (range.nodeType === 'repeat-range:uncontrolled' ? range : null)

export const InlineRepeat: Component<{ range: RepeatRangeNode }> = (props) => {
  const { words, changed } = useFiller()
  const label = (): string => plain(props.range.currentState.label?.asString ?? '') || words.repeat
  return (
    <section class="form-group">
      <Show when={props.range.currentState.label}>
        {(text) => (
          <h2>
            <RichText text={text()} />
          </h2>
        )}
      </Show>
      <For each={props.range.currentState.children}>
        {(instance, index) => (
          <section class="card form-instance">
            <header class="row spread">
              <h3>{titleOf(instance, words)}</h3>
              <Show when={asFree(props.range)}>{(range) => <RemoveButton range={range()} instance={instance} index={index()} />}</Show>
            </header>
            <For each={instance.currentState.children}>{(child) => <NodeView node={child} />}</For>
          </section>
        )}
      </For>
      <Show when={asFree(props.range)}>
        {(range) => (
          <button
            type="button"
            class="button form-add"
            onClick={() => {
              addInstance(range())
              changed()
            }}
          >
            <FormIcon name="plus" />
            {words.add(inSentence(label()))}
          </button>
        )}
      </Show>
    </section>
  )
}

const RemoveButton: Component<{ range: RepeatRangeUncontrolledNode; instance: RepeatInstanceNode; index: number }> = (props) => {
  const { words, session, changed, offerUndo } = useFiller()
  const remove = (): void => {
    const title = titleOf(props.instance, words)
    const undo = removeInstance(session, props.range, props.index)
    changed()
    offerUndo(words.removed(inSentence(title)), undo)
  }
  return (
    <button type="button" class="icon-button" aria-label={words.removeOne(inSentence(titleOf(props.instance, words)))} onClick={remove}>
      <FormIcon name="bin" />
    </button>
  )
}

export const InstanceCard: Component<{ range: RepeatRangeUncontrolledNode; instance: RepeatInstanceNode; index: number; onOpen: () => void }> = (props) => {
  const { words, session } = useFiller()
  return (
    <li class="form-card">
      <button type="button" class="form-card-open" onClick={() => props.onOpen()}>
        <span class="unseen">{words.edit}</span>
        <span class="title">{titleOf(props.instance, words)}</span>
        <span class="hint">{preview(props.instance, session.frame.language) || words.noAnswers}</span>
      </button>
      <RemoveButton range={props.range} instance={props.instance} index={props.index} />
    </li>
  )
}
