/** `minimal`: one line that opens a sheet of choices, searchable when there are many. */
import { createMemo, createSignal, Show, type Component } from 'solid-js'
import { Sheet } from '../../../ui/parts/page'
import { plain } from '../../plain'
import { search } from '../../search'
import { useFiller } from '../context'
import { FormIcon } from '../icons'
import { Rows, SearchField } from './ChoiceList'
import type { ChoicesProps } from './Choices'

const WORTH_SEARCHING = 8

export const Picker: Component<ChoicesProps> = (props) => {
  const { words } = useFiller()
  const [open, setOpen] = createSignal(false)
  const [query, setQuery] = createSignal('')
  const chosen = (): string => props.entries.filter((entry) => props.isOn(entry.value)).map((entry) => plain(entry.label)).join(', ')
  const found = createMemo(() => search(props.entries, query()))
  let button: HTMLButtonElement | undefined
  const close = (): void => {
    setOpen(false)
    setQuery('')
    queueMicrotask(() => button?.focus())
  }
  const title = (): string => plain(props.node.currentState.label?.asString ?? words.choose)
  return (
    <>
      <button
        type="button"
        class="input form-picker"
        ref={(element) => (button = element)}
        id={props.id}
        aria-haspopup="dialog"
        aria-expanded={open()}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        data-blank={chosen() ? undefined : ''}
        onClick={() => setOpen(true)}
      >
        <span class="grow">{chosen() || words.choose}</span>
        <FormIcon name="down" />
      </button>
      <Show when={open()}>
        <Sheet title={title()} onClose={close}>
          <Show when={props.entries.length > WORTH_SEARCHING}>
            <SearchField query={query()} onQuery={setQuery} controls={`${props.id}-list`} />
          </Show>
          <div class="choices form-sheet-list" id={`${props.id}-list`}>
            <Rows
              {...props}
              rows={found()}
              choose={(value, on) => {
                props.choose(value, on)
                if (!props.multiple) close()
              }}
            />
          </div>
          <div class="row">
            <Show when={chosen() && !(props.node.currentState.required && !props.multiple)}>
              <button
                type="button"
                class="button"
                data-kind="plain"
                onClick={() => {
                  for (const entry of props.entries) if (props.isOn(entry.value)) props.choose(entry.value, false)
                  if (!props.multiple) close()
                }}
              >
                {words.clear}
              </button>
            </Show>
            <button type="button" class="button grow" data-kind={props.multiple ? 'main' : undefined} onClick={close}>
              {props.multiple ? words.done : words.close}
            </button>
          </div>
        </Sheet>
      </Show>
    </>
  )
}
