/** A scale from one end to the other, side by side, with pictures above the words where the form has them. */
import { For, type Component } from 'solid-js'
import { RichText, TextMedia } from '../RichText'
import type { ChoicesProps } from './Choices'

export const Likert: Component<ChoicesProps> = (props) => (
  <div class="form-likert" style={{ '--count': props.entries.length }}>
    <For each={props.entries}>
      {(entry) => (
        <label>
          <TextMedia text={entry.option.label} />
          <input
            type={props.multiple ? 'checkbox' : 'radio'}
            name={props.id}
            value={entry.value}
            checked={props.isOn(entry.value)}
            aria-describedby={props.describedBy}
            onChange={(event) => props.choose(entry.value, event.currentTarget.checked)}
          />
          <span>
            <RichText text={entry.option.label} />
          </span>
        </label>
      )}
    </For>
  </div>
)
