/** Putting choices in order with arrows: works with one thumb, a keyboard and a screen reader alike. */
import type { RankNode } from '@getodk/xforms-engine'
import { For, Show, type Component } from 'solid-js'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'
import { RichText, TextMedia } from '../RichText'

export const Rank: Component<WidgetProps<RankNode>> = (props) => {
  const { words, changed } = useFiller()
  const node = useNode(props)
  const ranked = (): boolean => node.currentState.value.length > 0
  // Before anything is ranked the list shows the order of the form; new choices of a filter come last.
  const order = (): string[] => {
    const all = node.currentState.valueOptions.map((option) => option.value)
    const kept = node.currentState.value.filter((value) => all.includes(value))
    return [...kept, ...all.filter((value) => !kept.includes(value))]
  }
  const set = (values: string[]): void => {
    node.setValues(values)
    changed()
  }
  let list: HTMLOListElement | undefined
  const move = (index: number, by: number): void => {
    const values = order()
    const [value] = values.splice(index, 1)
    if (value === undefined) return
    values.splice(index + by, 0, value)
    set(values)
    const moved = list?.children[index + by]
    const buttons = moved ? Array.from(moved.querySelectorAll('button')) : []
    ;(buttons.find((b) => b.dataset['by'] === String(by) && !b.disabled) ?? buttons.find((b) => !b.disabled))?.focus()
  }
  return (
    <div aria-describedby={props.describedBy}>
      <p class="hint">{words.rankHint}</p>
      <ol class="form-rank" ref={(element) => (list = element)} data-blank={ranked() ? undefined : ''}>
        <For each={order()}>
          {(value, index) => {
            const option = () => node.currentState.valueOptions.find((o) => o.value === value)
            const label = (): string => option()?.label.asString ?? value
            return (
              <li class="choice">
                <span class="form-rank-number number" aria-hidden="true">
                  {ranked() ? index() + 1 : '–'}
                </span>
                <span class="grow">
                  <Show when={option()} fallback={value}>
                    {(o) => (
                      <>
                        <RichText text={o().label} />
                        <TextMedia text={o().label} />
                      </>
                    )}
                  </Show>
                </span>
                <button type="button" class="icon-button" data-by="-1" aria-label={words.up(label())} disabled={index() === 0} onClick={() => move(index(), -1)}>
                  <FormIcon name="up" />
                </button>
                <button type="button" class="icon-button" data-by="1" aria-label={words.down(label())} disabled={index() === order().length - 1} onClick={() => move(index(), 1)}>
                  <FormIcon name="down" />
                </button>
              </li>
            )
          }}
        </For>
      </ol>
      <Show
        when={ranked()}
        fallback={
          <button type="button" class="button" onClick={() => set(order())}>
            {words.rankKeep}
          </button>
        }
      >
        <button type="button" class="button" data-kind="plain" onClick={() => set([])}>
          {words.clear}
        </button>
      </Show>
    </div>
  )
}
