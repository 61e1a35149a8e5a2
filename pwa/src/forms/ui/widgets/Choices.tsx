/** Select one and select multiple in all their appearances. Which layout is used: `layoutOf`. */
import type { SelectNode } from '@getodk/xforms-engine'
import { createMemo, Match, onCleanup, Show, Switch, type Component } from 'solid-js'
import { namesOf, numbered } from '../../appearances'
import { fold } from '../../search'
import { useFiller, useNode } from '../context'
import { matrixRole } from '../matrix'
import type { WidgetProps } from '../Question'
import { ChoiceList } from './ChoiceList'
import { Likert } from './Likert'
import { Matrix } from './Matrix'
import { Picker } from './Picker'

export type Option = SelectNode['currentState']['valueOptions'][number]

export interface Entry {
  value: string
  label: string
  folded: string
  option: Option
}

export interface ChoicesProps extends WidgetProps<SelectNode> {
  entries: Entry[]
  multiple: boolean
  isOn: (value: string) => boolean
  /** Sets or takes back one choice, saves, and goes on where the form asks for it (`quick`). */
  choose: (value: string, on: boolean) => void
}

/** Longer lists than this get a search field of their own accord. */
const LONG_LIST = 15

export type Layout = 'list' | 'searched' | 'picker' | 'likert' | 'matrix' | 'columns' | 'packed'

export function layoutOf(node: SelectNode, count: number): Layout {
  const names = namesOf(node)
  if (matrixRole(node)) return 'matrix'
  if (names.has('minimal')) return 'picker'
  if (names.has('likert')) return 'likert'
  if (names.has('autocomplete') || names.has('search')) return 'searched'
  if (names.has('columns-pack') || names.has('horizontal-compact') || names.has('compact') || names.has('quickcompact')) return 'packed'
  if (names.has('horizontal') || names.has('columns') || numbered(names, 'columns', 'compact', 'quickcompact')) return 'columns'
  return count > LONG_LIST ? 'searched' : 'list'
}

export const Choices: Component<WidgetProps<SelectNode>> = (props) => {
  const { words, changed, next } = useFiller()
  const node = useNode(props)
  const multiple = node.selectType === 'select'
  const entries = createMemo(() =>
    node.currentState.valueOptions.map((option): Entry => {
      const label = option.label.asString.normalize('NFC').trim()
      return { value: option.value, label, folded: fold(label), option }
    }),
  )
  const chosen = createMemo(() => new Set(node.currentState.value))
  let onward: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(onward)) // whoever pressed "next" meanwhile is not taken on twice
  const quick = !multiple && [...namesOf(node)].some((name) => name.startsWith('quick'))
  const choose = (value: string, on: boolean): void => {
    const others = multiple ? node.currentState.value.filter((v) => v !== value) : []
    node.selectValues(on ? [...others, value] : others)
    changed()
    clearTimeout(onward)
    if (quick && on) onward = setTimeout(next, 180)
  }
  const layout = createMemo(() => layoutOf(node, entries().length))
  const shared = (): ChoicesProps => ({ ...props, entries: entries(), multiple, isOn: (value) => chosen().has(value), choose })
  return (
    <Show when={entries().length > 0} fallback={<p class="hint">{words.noChoices}</p>}>
      <Switch fallback={<ChoiceList {...shared()} layout={layout()} />}>
        <Match when={layout() === 'picker'}>
          <Picker {...shared()} />
        </Match>
        <Match when={layout() === 'likert'}>
          <Likert {...shared()} />
        </Match>
        <Match when={layout() === 'matrix'}>
          <Matrix {...shared()} role={matrixRole(node) ?? 'list'} />
        </Match>
      </Switch>
      <Show when={!multiple && layout() !== 'picker' && layout() !== 'matrix' && chosen().size > 0 && !node.currentState.required}>
        <button type="button" class="button form-clear" data-kind="plain" onClick={() => choose('', false)}>
          {words.clear}
        </button>
      </Show>
    </Show>
  )
}
