/** Dates and times. The phone's own picker where the form asks for a whole date; lists of day, month, year for
 * `no-calendar`, `month-year` and `year`. Other calendars are asked by the Gregorian one, and say so. */
import type { DateInputNode, DateTimeInputNode, TimeInputNode } from '@getodk/xforms-engine'
import { createSignal, For, Show, type Component } from 'solid-js'
import { namesOf } from '../../appearances'
import { localDateTime, localTime, partialDate } from '../../dates'
import { useFiller, useNode } from '../context'
import type { WidgetProps } from '../Question'

const CALENDARS = ['ethiopian', 'coptic', 'islamic', 'bikram-sambat', 'myanmar', 'persian', 'buddhist']

const PARTIAL = ['no-calendar', 'month-year', 'year']

export const isPartial = (node: Pick<DateInputNode, 'appearances'>): boolean => PARTIAL.some((name) => namesOf(node).has(name))

export const DateInput: Component<WidgetProps<DateInputNode | TimeInputNode | DateTimeInputNode>> = (props) => {
  const { words, changed } = useFiller()
  const node = useNode(props)
  const value = (): string => node.currentState.instanceValue
  const types = { date: 'date', time: 'time', dateTime: 'datetime-local' } as const
  const shown = (): string => (node.valueType === 'time' ? value().slice(0, 5) : node.valueType === 'dateTime' ? value().slice(0, 16) : value())
  const set = (text: string): void => {
    const stored = node.valueType === 'date' ? text : node.valueType === 'time' ? localTime(text, new Date()) : localDateTime(text)
    node.setValue(stored)
    changed()
  }
  return (
    <>
      <input
        id={props.id}
        class="input"
        type={types[node.valueType]}
        value={shown()}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        aria-required={node.currentState.required || undefined}
        onChange={(event) => set(event.currentTarget.value)}
      />
      <Show when={CALENDARS.some((name) => namesOf(node).has(name))}>
        <p class="hint">{words.calendar}</p>
      </Show>
    </>
  )
}

export const PartialDate: Component<WidgetProps<DateInputNode>> = (props) => {
  const { words, changed } = useFiller()
  const node = useNode(props)
  const names = namesOf(node)
  const asksDay = names.has('no-calendar')
  const asksMonth = asksDay || names.has('month-year')
  const stored = (): string => node.currentState.instanceValue
  const [year0 = '', month0 = '', day0 = ''] = stored().split('-')
  const [year, setYear] = createSignal(year0)
  const [month, setMonth] = createSignal(month0 && String(Number(month0)))
  const [day, setDay] = createSignal(day0 && String(Number(day0)))
  const put = (): void => {
    const date = partialDate(year(), asksMonth ? month() : '1', asksDay ? day() : '1')
    props.reject(date === null ? words.notDate : null)
    node.setValue(date ?? '')
    changed()
  }
  const list = (label: string, value: () => string, set: (v: string) => void, values: string[], said: (v: string) => string, first = false) => (
    <label>
      <span class="hint">{label}</span>
      <select
        id={first ? props.id : undefined}
        class="input"
        aria-invalid={props.invalid || undefined}
        onChange={(event) => {
          set(event.currentTarget.value)
          put()
        }}
      >
        <option value="" selected={value() === ''}>
          –
        </option>
        <For each={values}>
          {(v) => (
            <option value={v} selected={value() === v}>
              {said(v)}
            </option>
          )}
        </For>
      </select>
    </label>
  )
  const upTo = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i + 1))
  return (
    <div class="form-date" role="group" aria-describedby={props.describedBy}>
      <Show when={asksDay}>{list(words.day, day, setDay, upTo(31), (v) => v, true)}</Show>
      <Show when={asksMonth}>{list(words.month, month, setMonth, upTo(12), (v) => words.monthName(Number(v)), !asksDay)}</Show>
      <label>
        <span class="hint">{words.year}</span>
        <input
          id={asksMonth ? undefined : props.id}
          class="input number"
          inputmode="numeric"
          maxLength={4}
          value={year()}
          aria-invalid={props.invalid || undefined}
          onChange={(event) => {
            setYear(event.currentTarget.value.trim())
            put()
          }}
        />
      </label>
    </div>
  )
}
