/** "I confirm": acknowledge, trigger. */
import type { TriggerNode } from '@getodk/xforms-engine'
import type { Component } from 'solid-js'
import { useFiller } from '../context'
import type { WidgetProps } from '../Question'

export const Trigger: Component<WidgetProps<TriggerNode>> = (props) => {
  const { words, changed } = useFiller()
  return (
    <label class="choice">
      <input
        id={props.id}
        type="checkbox"
        checked={props.node.currentState.value}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        onChange={(event) => {
          props.node.setValue(event.currentTarget.checked)
          changed()
        }}
      />
      {words.confirm}
    </label>
  )
}
