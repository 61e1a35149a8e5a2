/** One row of a grid of choices. The headings of a `label` question stand above the buttons of `list-nolabel` rows; each
 * button still says its own label to a screen reader. */
import { For, Show, type Component } from 'solid-js'
import type { MatrixRole } from '../matrix'
import { RichText, TextMedia } from '../RichText'
import type { ChoicesProps } from './Choices'

export const Matrix: Component<ChoicesProps & { role: MatrixRole }> = (props) => {
  // There is no room for "clear": a tap on the chosen button takes it back, where no answer is needed.
  let stood = ''
  const press = (): void => void (stood = props.entries.find((entry) => props.isOn(entry.value))?.value ?? '')
  const untap = (value: string): void => {
    const again = stood === value
    stood = ''
    if (!props.multiple && again && !props.node.currentState.required) props.choose(value, false)
  }
  return (
    <div onPointerDown={press} class="form-matrix" data-role={props.role} style={{ '--count': props.entries.length }}>
      <For each={props.entries}>
        {(entry) => (
          <Show
            when={props.role !== 'head'}
            fallback={
              <span class="form-matrix-head">
                <TextMedia text={entry.option.label} />
                <RichText text={entry.option.label} />
              </span>
            }
          >
            <label>
              <input
                type={props.multiple ? 'checkbox' : 'radio'}
                name={props.id}
                value={entry.value}
                checked={props.isOn(entry.value)}
                aria-describedby={props.describedBy}
                onChange={(event) => props.choose(entry.value, event.currentTarget.checked)}
                onClick={() => untap(entry.value)}
              />
              <span classList={{ unseen: props.role === 'row' }}>
                <RichText text={entry.option.label} />
              </span>
            </label>
          </Show>
        )}
      </For>
    </div>
  )
}
