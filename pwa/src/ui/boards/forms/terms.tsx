/** For whom a form is and from when to when. Days are days in Vietnam; a form is open through its last day. */
import { createMemo, createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { readItems } from '../../../store/items'
import { plain } from '../../plain'
import { w } from '../../words'
import { type Terms } from './api'
import { f } from './words'

const DAY_MS = 86_400_000
const AHEAD_MS = 7 * 3_600_000
const SHOWN = 8
/** Staff and administrators fill every form. */
const ROLES = ['collaborator', 'coordinator'] as const

export const EVERYBODY: Terms = { areas: [], roles: [], opens_at_ms: null, closes_at_ms: null }

export const startOf = (day: string): number | null => (day ? Date.parse(`${day}T00:00:00+07:00`) : null)
export const endOf = (day: string): number | null => (day ? Date.parse(`${day}T00:00:00+07:00`) + DAY_MS : null)
export const dayOf = (ms: number | null): string => (ms === null ? '' : new Date(ms + AHEAD_MS).toISOString().slice(0, 10))
export const lastDayOf = (ms: number | null): string => dayOf(ms === null ? null : ms - 1)

/** Do the dates make sense? */
export const fits = (terms: Terms): boolean => terms.opens_at_ms === null || terms.closes_at_ms === null || terms.opens_at_ms < terms.closes_at_ms

const flip = (list: readonly string[], one: string): string[] => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one])

const Areas = (props: { chosen: string[]; onChange: (areas: string[]) => void }): JSX.Element => {
  const [asked, setAsked] = createSignal('')
  const [all] = createResource(async () => (await readItems('area')).map((item) => ({ code: item.id, name: item.fields['name'] ?? item.id })))
  const shown = createMemo(() => {
    const words = plain(asked())
    const chosen = (all() ?? []).filter((area) => props.chosen.includes(area.code))
    const found = words ? (all() ?? []).filter((area) => plain(area.name).includes(words) && !props.chosen.includes(area.code)) : []
    return [...chosen, ...found.slice(0, SHOWN)]
  })
  return (
    <fieldset class="field">
      <legend>{f().areas}</legend>
      <input class="input" type="search" aria-label={f().search} placeholder={f().search} value={asked()} onInput={(event) => setAsked(event.currentTarget.value)} />
      <Show when={props.chosen.length === 0}>
        <span class="hint">{f().everywhere}</span>
      </Show>
      <div class="choices">
        <For each={shown()}>
          {(area) => (
            <label class="choice">
              <input type="checkbox" checked={props.chosen.includes(area.code)} onChange={() => props.onChange(flip(props.chosen, area.code))} />
              {area.name}
            </label>
          )}
        </For>
      </div>
    </fieldset>
  )
}

export const TermsFields = (props: { terms: Terms; onChange: (terms: Terms) => void }): JSX.Element => {
  const change = (some: Partial<Terms>): void => props.onChange({ ...props.terms, ...some })
  return (
    <>
      <div class="pair">
        <div class="field">
          <label for="opens">{f().opens}</label>
          <input id="opens" class="input" type="date" value={dayOf(props.terms.opens_at_ms)} onChange={(event) => change({ opens_at_ms: startOf(event.currentTarget.value) })} />
        </div>
        <div class="field">
          <label for="closes">{f().closes}</label>
          <input id="closes" class="input" type="date" value={lastDayOf(props.terms.closes_at_ms)} onChange={(event) => change({ closes_at_ms: endOf(event.currentTarget.value) })} />
        </div>
      </div>
      <Show when={!fits(props.terms)}>
        <p class="fault" role="alert">
          {f().dates}
        </p>
      </Show>
      <fieldset class="field">
        <legend>{f().roles}</legend>
        <div class="pair">
          <For each={ROLES}>
            {(role) => (
              <label class="choice">
                <input type="checkbox" checked={props.terms.roles.includes(role)} onChange={() => change({ roles: flip(props.terms.roles, role) })} />
                {f().roleNames[role]}
              </label>
            )}
          </For>
        </div>
        <Show when={props.terms.roles.length === 0}>
          <span class="hint">{f().everyone}</span>
        </Show>
      </fieldset>
      <Areas chosen={props.terms.areas} onChange={(areas) => change({ areas })} />
    </>
  )
}

export const TermsSheetFoot = (props: { busy: boolean; ready: boolean; onClose: () => void }): JSX.Element => (
  <>
    <button class="button" data-kind="main" data-wide="" type="submit" disabled={props.busy || !props.ready}>
      {f().save}
    </button>
    <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
      {w().app.cancel}
    </button>
  </>
)
