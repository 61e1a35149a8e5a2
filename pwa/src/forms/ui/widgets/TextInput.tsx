/** Words: one line, several lines, digits as text, an address, a secret. Also every type that has no widget of its own. */
import type { StringInputNode } from '@getodk/xforms-engine'
import { Show, type Component } from 'solid-js'
import { isExternal, namesOf } from '../../appearances'
import { useFiller, useNode } from '../context'
import type { WidgetProps } from '../Question'
import { useTyping } from '../typing'

export const TextInput: Component<WidgetProps<StringInputNode>> = (props) => {
  const { words } = useFiller()
  const node = useNode(props)
  const names = namesOf(node)
  const typing = useTyping(
    () => node.currentState.instanceValue,
    (text) => node.setValue(text),
  )
  const rows = (): number => node.nodeOptions?.rows ?? (names.has('multiline') ? 4 : 1)
  const shared = () => ({
    id: props.id,
    class: 'input',
    'aria-describedby': props.describedBy,
    'aria-invalid': props.invalid || undefined,
    'aria-required': node.currentState.required || undefined,
    value: typing.text(),
    onInput: (event: InputEvent & { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => typing.type(event.currentTarget.value),
    onBlur: typing.commit,
  })
  return (
    <>
      <Show when={rows() > 1} fallback={<input {...shared()} type={names.has('masked') ? 'password' : 'text'} inputmode={modeOf(names)} autocomplete="off" autocapitalize={names.has('url') ? 'off' : 'sentences'} />}>
        <textarea {...shared()} rows={rows()} />
      </Show>
      <Show when={isExternal(names)}>
        <p class="hint">{words.external}</p>
      </Show>
    </>
  )
}

const modeOf = (names: ReadonlySet<string>): 'numeric' | 'url' | 'text' => (names.has('numbers') ? 'numeric' : names.has('url') ? 'url' : 'text')
