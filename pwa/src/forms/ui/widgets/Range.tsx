/** A number between two others: a slider, stars (`rating`) or a list (`picker`). Blank until the person touches it. */
import type { AnyRangeNode } from '@getodk/xforms-engine'
import { For, Match, Show, Switch, type Component } from 'solid-js'
import { humanNumber } from '../../values'
import { useFiller, useNode } from '../context'
import { FormIcon } from '../icons'
import type { WidgetProps } from '../Question'

/** Characters of tick labels that fit beneath the slider of a narrow phone. */
const TICKS_FIT = 16

export const Range: Component<WidgetProps<AnyRangeNode>> = (props) => {
  const { words, session, changed } = useFiller()
  const node = useNode(props)
  const { bounds } = node.definition
  const [low, high, step] = [Number(bounds.start), Number(bounds.end), Math.abs(Number(bounds.step)) || 1]
  const decimals = Math.max(...[bounds.start, bounds.step].map((n) => String(n).split('.')[1]?.length ?? 0))
  const values = (): string[] => Array.from({ length: Math.floor(Math.abs(high - low) / step + 1e-9) + 1 }, (_, i) => (low + Math.sign(high - low) * i * step).toFixed(decimals))
  const value = (): string => node.currentState.instanceValue
  const said = (number: string | number): string => humanNumber(String(number), session.frame.language)
  const set = (number: string): void => {
    node.setValue(number)
    changed()
  }
  const move = (by: number): void => {
    const from = value() === '' ? low : Number(value())
    set(Math.min(Math.max(from + by * step, Math.min(low, high)), Math.max(low, high)).toFixed(decimals))
  }
  return (
    <Switch>
      <Match when={node.appearances.rating}>
        <div class="form-stars" role="radiogroup" aria-describedby={props.describedBy}>
          <For each={values()}>
            {(number) => (
              <label>
                <input type="radio" class="unseen" name={props.id} checked={Number(value()) === Number(number)} onChange={() => set(number)} />
                <span class="unseen">{words.stars(Number(number))}</span>
                <span class="form-star" data-on={value() !== '' && Number(number) <= Number(value()) ? '' : undefined}>
                  <FormIcon name="star" />
                </span>
              </label>
            )}
          </For>
        </div>
      </Match>
      <Match when={node.appearances.picker}>
        <select id={props.id} class="input" aria-describedby={props.describedBy} aria-invalid={props.invalid || undefined} onChange={(event) => set(event.currentTarget.value)}>
          <option value="" selected={value() === ''}>
            {words.choose}
          </option>
          <For each={values()}>
            {(number) => (
              <option value={number} selected={value() !== '' && Number(value()) === Number(number)}>
                {said(number)}
              </option>
            )}
          </For>
        </select>
      </Match>
      <Match when={true}>
        <div class="form-range" data-vertical={node.appearances.vertical ? '' : undefined} data-blank={value() === '' ? '' : undefined}>
          <output class="form-range-value number" for={props.id}>
            {value() === '' ? words.notChosen : said(value())}
          </output>
          <div class="form-range-row">
            <button type="button" class="button" aria-label={words.less} onClick={() => move(-1)}>
              <FormIcon name="minus" />
            </button>
            <input
              id={props.id}
              type="range"
              min={Math.min(low, high)}
              max={Math.max(low, high)}
              step={step}
              value={value() === '' ? low : value()}
              aria-describedby={props.describedBy}
              aria-invalid={props.invalid || undefined}
              aria-valuetext={value() === '' ? words.notChosen : said(value())}
              onInput={(event) => set(Number(event.currentTarget.value).toFixed(decimals))}
              onClick={(event) => value() === '' && set(Number(event.currentTarget.value).toFixed(decimals))}
            />
            <button type="button" class="button" aria-label={words.more} onClick={() => move(1)}>
              <FormIcon name="plus" />
            </button>
          </div>
          <div class="form-range-ends number" aria-hidden="true">
            <Show when={!node.appearances['no-ticks'] && values().map(said).join('').length <= TICKS_FIT} fallback={<><span>{said(low)}</span><span>{said(high)}</span></>}>
              <For each={values()}>{(number) => <span>{said(number)}</span>}</For>
            </Show>
          </div>
        </div>
      </Match>
    </Switch>
  )
}
