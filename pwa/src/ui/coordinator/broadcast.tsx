/** Compose an alert, see whom it would reach, send it; then a moment to stop it. What was written stays when the network
 * fails. */
import { createMemo, createResource, createSignal, For, onMount, Show, untrack, type JSX } from 'solid-js'
import { createStore } from 'solid-js/store'
import { readItem, readItems } from '../../store/items'
import { Icon } from '../parts/icon'
import { Notice, Page } from '../parts/page'
import { areaName, areas, isStaff } from '../phone'
import { plain } from '../plain'
import { go, query } from '../router'
import { sentence } from '../sentence'
import { language, w } from '../words'
import { askForecast, readTemplates, sendAlert, type Forecast, type Template } from './api'

const HOURS = [1, 3, 6, 12, 24, 48, 72, 168]
const STATUSES = ['actual', 'exercise', 'test'] as const

interface Composed {
  kind: string
  headline: string
  description: string
  instruction: string
  contact: string
  areas: string[]
  severity: string
  urgency: string
  certainty: string
  status: string
  hours: number
}

const BLANK: Composed = { kind: 'other', headline: '', description: '', instruction: '', contact: '', areas: [], severity: 'severe', urgency: 'expected', certainty: 'likely', status: 'actual', hours: 24 }

const Choice = (props: { id: string; label: string; of: Record<string, string>; value: string; choose: (value: string) => void }): JSX.Element => (
  <div class="field">
    <label for={props.id}>{props.label}</label>
    <select id={props.id} class="input" value={props.value} onChange={(event) => props.choose(event.currentTarget.value)}>
      <For each={Object.entries(props.of).filter(([name]) => name !== 'unknown')}>{([name, word]) => <option value={name}>{word}</option>}</For>
    </select>
  </div>
)

const Areas = (props: { chosen: string[]; toggle: (code: string) => void }): JSX.Element => {
  const [asked, setAsked] = createSignal('')
  const [all] = createResource(async () => {
    if (!isStaff()) return areas()
    return (await readItems('area')).map((item) => ({ code: item.id, name: item.fields['name'] ?? item.id }))
  })
  const shown = createMemo(() => {
    const words = plain(asked())
    const found = (all() ?? []).filter((area) => plain(area.name).includes(words))
    return [...found.filter((area) => props.chosen.includes(area.code)), ...found.filter((area) => !props.chosen.includes(area.code))].slice(0, 12)
  })
  return (
    <fieldset class="field">
      <legend>{w().coordinator.areas}</legend>
      <Show when={(all()?.length ?? 0) > 12}>
        <input class="input" type="search" aria-label={w().app.search} placeholder={w().app.search} value={asked()} onInput={(event) => setAsked(event.currentTarget.value)} />
      </Show>
      <div class="choices">
        <For each={shown()}>
          {(area) => (
            <label class="choice">
              <input type="checkbox" checked={props.chosen.includes(area.code)} onChange={() => props.toggle(area.code)} />
              {area.name}
            </label>
          )}
        </For>
      </div>
    </fieldset>
  )
}

const Reach = (props: { of: Forecast }): JSX.Element => (
  <Notice tone={props.of.unreachable.length > 0 ? 'wait' : 'good'} live>
    <b>{w().coordinator.forecastText(props.of.people, props.of.areas.length, props.of.unreachable.length)}</b>
    <For each={props.of.areas.slice(0, 12)}>
      {(area) => (
        <span class="soft">
          {area.name}: {area.proven}/{area.people}
        </span>
      )}
    </For>
    <Show when={props.of.needs_approval}>
      <span>{w().coordinator.waitingApproval}</span>
    </Show>
  </Notice>
)

export const Broadcast = (): JSX.Element => {
  const [composed, compose] = createStore<Composed>({ ...BLANK, areas: areas().length === 1 ? areas().map((area) => area.code) : [] })
  const [templates] = createResource(() => readTemplates().catch((): Template[] => []))
  const [reach, setReach] = createSignal<Forecast | null>(null)
  const [fault, setFault] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const topic = query('topic')
  const key = crypto.randomUUID()
  onMount(() => {
    if (topic) void readItem('topic', topic).then((found) => found && compose({ headline: found.fields['title'] ?? '', areas: found.fields['area'] ? [found.fields['area']] : [] }))
  })
  const take = (kind: string): void => {
    const template = templates()?.find((one) => one.kind === kind)
    compose('kind', kind)
    if (!template) return
    const words = template[language()]
    const place = composed.areas.map(areaName).join(', ')
    compose({
      severity: template.severity,
      urgency: template.urgency,
      certainty: template.certainty,
      hours: HOURS.find((hours) => hours >= template.hours) ?? 24,
      instruction: composed.instruction || words.instruction,
      headline: composed.headline || (place ? words.headline.replace('{place}', place) : ''),
    })
  }
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setFault('')
    await work().catch((why: unknown) => setFault(sentence(why)))
    setBusy(false)
  }
  const forecast = (): Promise<void> => guarded(async () => void setReach(await askForecast([...composed.areas], composed.severity)))
  const send = (event: Event): Promise<void> => {
    event.preventDefault()
    return guarded(async () => {
      const { hours, areas: chosen, ...words } = untrack(() => ({ ...composed }))
      const sent = await sendAlert({ ...words, areas: [...chosen], topic, language: language(), expires_at_ms: Date.now() + hours * 3_600_000 }, key)
      go(`/ledger/${encodeURIComponent(sent.alert)}`, 'replace')
    })
  }
  const ready = (): boolean => composed.headline.trim() !== '' && composed.areas.length > 0
  const text = (name: 'headline' | 'contact', label: string, max: number): JSX.Element => (
    <div class="field">
      <label for={name}>{label}</label>
      <input id={name} class="input" maxLength={max} value={composed[name]} onInput={(event) => compose(name, event.currentTarget.value)} />
    </div>
  )
  const long = (name: 'description' | 'instruction', label: string): JSX.Element => (
    <div class="field">
      <label for={name}>{label}</label>
      <textarea id={name} class="input" maxLength={6000} value={composed[name]} onInput={(event) => compose(name, event.currentTarget.value)} />
    </div>
  )
  return (
    <Page title={w().coordinator.broadcast} back="/alerts">
      <form class="stack roomy" onSubmit={(event) => void send(event)}>
        <Show when={templates()?.length}>
          <Choice id="kind" label={w().coordinator.status} of={Object.fromEntries(templates()?.map((one) => [one.kind, one[language()].event]) ?? [])} value={composed.kind} choose={take} />
        </Show>
        {text('headline', w().coordinator.headline, 300)}
        <Areas
          chosen={composed.areas}
          toggle={(code) => {
            setReach(null)
            compose('areas', (now) => (now.includes(code) ? now.filter((one) => one !== code) : [...now, code]))
          }}
        />
        {long('description', w().coordinator.description)}
        {long('instruction', w().coordinator.instruction)}
        <div class="pair">
          <Choice id="severity" label={w().coordinator.severity} of={w().alerts.severities} value={composed.severity} choose={(value) => compose('severity', value)} />
          <Choice id="urgency" label={w().coordinator.urgency} of={w().alerts.urgencies} value={composed.urgency} choose={(value) => compose('urgency', value)} />
          <Choice id="certainty" label={w().coordinator.certainty} of={w().alerts.certainties} value={composed.certainty} choose={(value) => compose('certainty', value)} />
          <Choice
            id="hours"
            label={w().coordinator.expires}
            of={Object.fromEntries(HOURS.map((hours) => [`h${hours}`, w().coordinator.hours(hours)]))}
            value={`h${composed.hours}`}
            choose={(value) => compose('hours', Number(value.slice(1)))}
          />
        </div>
        {text('contact', w().coordinator.contact, 300)}
        <fieldset class="field">
          <legend>{w().coordinator.realness}</legend>
          <div class="pair">
            <For each={STATUSES}>
              {(status) => (
                <label class="choice">
                  <input type="radio" name="status" checked={composed.status === status} onChange={() => compose('status', status)} />
                  {w().coordinator.statuses[status]}
                </label>
              )}
            </For>
          </div>
        </fieldset>
        <Show when={reach()}>{(now) => <Reach of={now()} />}</Show>
        <Show when={fault()}>
          {(why) => (
            <Notice tone="bad" live>
              {why()}
            </Notice>
          )}
        </Show>
        <button class="button" data-wide="" type="button" disabled={busy() || composed.areas.length === 0} onClick={() => void forecast()}>
          {w().coordinator.forecast}
        </button>
        <button class="button" data-kind="urgent" data-big="" data-wide="" type="submit" disabled={busy() || !ready()}>
          <Icon name="megaphone" />
          {busy() ? w().coordinator.sending : w().coordinator.send}
        </button>
      </form>
    </Page>
  )
}
