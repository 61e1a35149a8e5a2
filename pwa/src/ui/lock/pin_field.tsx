/** One line for a PIN: digits only, hidden, large. */
import { createUniqueId, onMount, Show, type JSX } from 'solid-js'
import { MAX_DIGITS } from '../../lock/pin'
import { Icon } from '../parts/icon'

interface PinFieldProps {
  label: string
  value: string
  hint?: string
  fault?: string
  autofocus?: boolean
  fresh?: boolean
  disabled?: boolean
  onInput: (digits: string) => void
}

export const PinField = (props: PinFieldProps): JSX.Element => {
  const id = createUniqueId()
  let input: HTMLInputElement | undefined
  onMount(() => {
    if (props.autofocus) input?.focus()
  })
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <Show when={props.hint}>
        <span class="hint" id={`${id}-hint`}>
          {props.hint}
        </span>
      </Show>
      <input
        id={id}
        ref={(element) => (input = element)}
        class="input pin"
        type="password"
        inputmode="numeric"
        autocomplete={props.fresh ? 'new-password' : 'current-password'}
        maxLength={MAX_DIGITS}
        value={props.value}
        disabled={props.disabled}
        aria-invalid={props.fault ? 'true' : undefined}
        aria-describedby={props.fault ? `${id}-fault` : props.hint ? `${id}-hint` : undefined}
        onInput={(event) => {
          const digits = event.currentTarget.value.replace(/\D/g, '')
          event.currentTarget.value = digits
          props.onInput(digits)
        }}
      />
      <div id={`${id}-fault`} role="alert">
        <Show when={props.fault}>
          <p class="fault">
            <Icon name="warn" />
            {props.fault}
          </p>
        </Show>
      </div>
    </div>
  )
}
