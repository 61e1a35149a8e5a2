/** Whole and decimal numbers, with a Vietnamese comma too; `counter` adds buttons, `thousands-sep` shows groups at rest. */
import type { DecimalInputNode, IntInputNode } from '@getodk/xforms-engine'
import { createSignal, Show, type Component } from 'solid-js'
import { isExternal, namesOf } from '../../appearances'
import { parseNumber } from '../../numbers'
import { humanNumber } from '../../values'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'
import { useTyping } from '../typing'

export const NumberInput: Component<WidgetProps<IntInputNode | DecimalInputNode>> = (props) => {
  const { words, session, changed } = useFiller()
  const node = useNode(props)
  const { language } = session.frame
  const whole = node.valueType === 'int'
  const names = namesOf(node)
  const [resting, setResting] = createSignal(true)
  const stored = (): string => node.currentState.instanceValue
  const shownStored = (): string => (language === 'vi' ? stored().replace('.', ',') : stored())
  const accept = (text: string): void => {
    const number = parseNumber(text, language, whole)
    node.setValue((number ?? ''))
    const tooLarge = number !== null && number !== '' && stored() === ''
    props.reject(number === null ? (whole ? words.notNumber : words.notDecimal) : tooLarge ? words.numberTooLarge : null)
  }
  const typing = useTyping(shownStored, accept)
  const step = (by: number): void => {
    node.setValue(String(Number(stored() || 0) + by))
    props.reject(null)
    changed()
  }
  const grouped = (): string => (resting() && names.has('thousands-sep') && typing.text() === shownStored() ? humanNumber(stored(), language) : typing.text())
  const counter = names.has('counter') && whole
  return (
    <>
      <div class="form-number">
        <Show when={counter}>
          <button type="button" class="button" aria-label={words.less} onClick={() => step(-1)}>
            <FormIcon name="minus" />
          </button>
        </Show>
        <input
          id={props.id}
          class="input number"
          type="text"
          inputmode={whole ? 'numeric' : 'decimal'}
          autocomplete="off"
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid || undefined}
          aria-required={node.currentState.required || undefined}
          value={grouped()}
          onFocus={() => setResting(false)}
          onInput={(event) => typing.type(event.currentTarget.value)}
          onBlur={() => {
            typing.commit()
            setResting(true)
          }}
        />
        <Show when={counter}>
          <button type="button" class="button" aria-label={words.more} onClick={() => step(1)}>
            <FormIcon name="plus" />
          </button>
        </Show>
        <Show when={names.has('bearing')}>
          <span aria-hidden="true">°</span>
        </Show>
      </div>
      <Show when={isExternal(names)}>
        <p class="hint">{words.external}</p>
      </Show>
    </>
  )
}
