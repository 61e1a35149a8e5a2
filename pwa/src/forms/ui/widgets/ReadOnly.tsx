/** An answer that the form fills in itself, or a value that a note carries. */
import { Show, type Component } from 'solid-js'
import { humanNumber, humanDate } from '../../values'
import { useFiller, useNode } from '../context'
import type { WidgetProps } from '../Question'

export const ReadOnly: Component<WidgetProps> = (props) => {
  const { session, words } = useFiller()
  const node = useNode(props)
  const shown = (): string => {
    const { instanceValue } = node.currentState
    if (node.nodeType === 'select') return node.currentState.value.map((v) => node.getValueOption(v)?.label.asString ?? v).join(', ')
    if (node.nodeType === 'rank') return node.currentState.value.map((v) => node.getValueLabel(v)?.asString ?? v).join(' · ')
    if (node.valueType === 'int' || node.valueType === 'decimal') return humanNumber(instanceValue, session.frame.language)
    return node.valueType === 'date' ? humanDate(instanceValue) : instanceValue
  }
  return (
    <Show when={shown()} fallback={node.nodeType === 'note' ? null : <p class="hint">{words.readOnly}</p>}>
      {(text) => (
        <output class="form-output" id={props.id}>
          {text()}
        </output>
      )}
    </Show>
  )
}
