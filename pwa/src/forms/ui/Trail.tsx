/** Where one is: the groups and repeat instances around a page, with the number of the instance. */
import { For, Show, type Component } from 'solid-js'
import type { Page } from '../pages'
import { useFiller } from './context'
import { plain } from '../plain'
import type { FormWords } from '../words'

export const Trail: Component<{ trail: Page['trail'] }> = (props) => {
  const { words } = useFiller()
  const titles = (): string[] => props.trail.map((node) => titleOf(node, words)).filter(Boolean)
  return (
    <Show when={titles().length > 0}>
      <ol class="form-trail">
        <For each={titles()}>{(title) => <li>{title}</li>}</For>
      </ol>
    </Show>
  )
}

/** "Household members 2" for an instance, the label for a group; '' when it has none. Reactive. */
export function titleOf(node: Page['trail'][number], words: FormWords): string {
  const label = plain(node.currentState.label?.asString ?? '')
  if (node.nodeType !== 'repeat-instance') return label
  const number = node.parent.currentState.children.indexOf(node) + 1
  return words.instance(plain(node.parent.currentState.label?.asString ?? '') || label || words.repeat, number)
}

