/** One question: label, hint, guidance, the widget that fits its type and appearance, and what is wrong with the answer. */
import type { AnyLeafNode } from '@getodk/xforms-engine'
import { createMemo, createSignal, createUniqueId, Match, Show, Switch, type Component, type JSX } from 'solid-js'
import { isBlank } from '../fields'
import { useFiller, useNode } from './context'
import { RichText, TextMedia } from './RichText'
import { Widget, isGrouped } from './Widget'
import { matrixRole } from './matrix'

/** What a widget gets: ids for its label and its description, and whether its answer does not pass. */
export interface WidgetProps<Node extends AnyLeafNode = AnyLeafNode> {
  node: Node
  id: string
  describedBy: string
  invalid: boolean
  /** Something typed that cannot be an answer ("abc" for a number); null takes it back. */
  reject: (fault: string | null) => void
}

export const Question: Component<{ node: AnyLeafNode }> = (props) => {
  const { words, attempted, help, session } = useFiller()
  const node = useNode(props)
  const id = createUniqueId()
  const [left, setLeft] = createSignal(false)
  const [rejected, reject] = createSignal<string | null>(null)
  const grouped = isGrouped(node)

  // A constraint is told once the person leaves the question; a missing answer only when they want to go on.
  const fault = createMemo((): JSX.Element => {
    const said = rejected()
    if (said !== null) return said
    const { violation } = node.validationState
    if (!violation) return null
    if (violation.condition === 'required' ? !attempted() : !attempted() && !left()) return null
    if (violation.message && !isBlank(violation.message.asString)) return <RichText text={violation.message} />
    return violation.condition === 'required' ? words.required : words.constraint
  })
  const described = createMemo(() => help(node))
  const hint = (): JSX.Element => {
    const apart = described()
    if (apart) return apart.hint
    const own = node.currentState.hint
    return own && own.asString.trim() !== '-' && !isBlank(own.asString) ? <RichText text={own} /> : null
  }

  const title = (): JSX.Element => (
    <Show when={node.currentState.label} fallback={<span class="unseen">{session.stable(node)}</span>}>
      {(label) => (
        <span classList={{ required: node.currentState.required && !node.currentState.readonly }}>
          <RichText text={label()} />
        </span>
      )}
    </Show>
  )
  const below = (): JSX.Element => (
    <>
      <Show when={node.currentState.label}>{(label) => <TextMedia text={label()} />}</Show>
      <div id={`${id}-says`} class="form-says">
        <Show when={hint()}>{(said) => <div class="hint">{said()}</div>}</Show>
        <Show when={fault()}>
          {(said) => (
            <p class="fault" role="alert">
              {said()}
            </p>
          )}
        </Show>
      </div>
      <Show when={described()?.guidance}>
        {(said) => (
          <details class="form-guidance">
            <summary>{words.guidance}</summary>
            <p>{said()}</p>
          </details>
        )}
      </Show>
      <Widget node={node} id={id} describedBy={`${id}-says`} invalid={Boolean(fault())} reject={reject} />
    </>
  )
  const attributes = {
    'data-path': session.stable(node),
    'data-kind': node.nodeType,
    'data-matrix': matrixRole(node) ?? undefined,
    onFocusOut: (event: FocusEvent & { currentTarget: HTMLElement }) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setLeft(true)
    },
  }
  return (
    <Switch>
      <Match when={node.nodeType === 'note'}>
        <div class="field form-note" data-path={session.stable(node)}>
          <div class="form-note-text">{title()}</div>
          {below()}
        </div>
      </Match>
      <Match when={grouped}>
        <fieldset class="field" {...attributes} aria-describedby={`${id}-says`} data-fault={fault() ? '' : undefined}>
          <legend>{title()}</legend>
          {below()}
        </fieldset>
      </Match>
      <Match when={!grouped}>
        <div class="field" {...attributes} data-fault={fault() ? '' : undefined}>
          <label for={id}>{title()}</label>
          {below()}
        </div>
      </Match>
    </Switch>
  )
}
