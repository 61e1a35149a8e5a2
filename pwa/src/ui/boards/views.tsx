/** Saved ways of looking at the devices, and the alarm rules of the person who looks. */
import { createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { ask, askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Chip, Sheet } from '../parts/page'
import { tell } from '../phone'
import { sentence } from '../sentence'
import { language, w } from '../words'
import { b } from './words'

interface View {
  name: string
  query: string
}

export const Views = (props: { query: string; onOpen: (query: string) => void }): JSX.Element => {
  const [views, { refetch }] = createResource(() => askJson<View[]>('/boards/views/sync').catch(() => []))
  const [naming, setNaming] = createSignal(false)
  const [name, setName] = createSignal('')
  const save = async (view: View): Promise<void> => {
    try {
      await ask('/boards/views/sync', { method: 'PUT', json: view, language: language() })
      setNaming(false)
      setName('')
      await refetch()
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  return (
    <>
      <Show when={(views.latest ?? []).length > 0 || props.query}>
        <div class="row views" role="group" aria-label={b().sync.views}>
          <For each={views.latest}>
            {(view) => (
              <span class="view">
                <button type="button" aria-pressed={props.query === view.query} onClick={() => props.onOpen(view.query)}>
                  {view.name}
                </button>
                <button type="button" aria-label={b().sync.removeView(view.name)} onClick={() => void save({ ...view, query: '' })}>
                  <Icon name="cross" />
                </button>
              </span>
            )}
          </For>
          <Show when={props.query && !views.latest?.some((view) => view.query === props.query)}>
            <button class="button small" type="button" onClick={() => setNaming(true)}>
              <Icon name="plus" />
              {b().sync.saveView}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={naming()}>
        <Sheet title={b().sync.saveView} onClose={() => setNaming(false)}>
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault()
              if (name().trim()) void save({ name: name().trim(), query: props.query })
            }}
          >
            <div class="field">
              <label for="view-name">{b().sync.viewName}</label>
              <input id="view-name" class="input" maxLength={60} value={name()} onInput={(event) => setName(event.currentTarget.value)} />
            </div>
            <button class="button" data-kind="main" data-wide="" type="submit">
              {w().app.save}
            </button>
          </form>
        </Sheet>
      </Show>
    </>
  )
}

interface Alarmed {
  measure: 'unsent' | 'silent'
  days: number
  devices: string[]
  people: string[]
}

const DAYS = [0, 1, 2, 3, 5, 7, 14]

export const Alarms = (): JSX.Element => {
  const [rules, { mutate }] = createResource(() => askJson<Alarmed[]>('/boards/alarms').catch(() => []))
  const [open, setOpen] = createSignal(false)
  const daysOf = (measure: Alarmed['measure']): number => rules.latest?.find((rule) => rule.measure === measure)?.days ?? 0
  const set = async (measure: Alarmed['measure'], days: number): Promise<void> => {
    try {
      mutate(await askJson<Alarmed[]>('/boards/alarms', { method: 'PUT', json: { measure, days }, language: language() }))
      tell(b().sync.alarmSaved)
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  const sounding = (): Alarmed[] => (rules.latest ?? []).filter((rule) => rule.devices.length > 0)
  return (
    <>
      <div class="row alarms">
        <For each={sounding()}>
          {(rule) => (
            <Chip tone="urgent" icon="warn">
              {b().sync.alarmNow(rule.devices.length, rule.measure === 'unsent' ? b().sync.unsentOver(rule.days) : b().sync.silentOver(rule.days))}
            </Chip>
          )}
        </For>
        <button class="button small" type="button" onClick={() => setOpen(true)}>
          <Icon name="alert" />
          {b().sync.alarm}
        </button>
      </div>
      <Show when={open()}>
        <Sheet title={b().sync.alarm} onClose={() => setOpen(false)}>
          <p>{b().sync.alarmLead}</p>
          <For each={['unsent', 'silent'] as const}>
            {(measure) => (
              <div class="field">
                <label for={`alarm-${measure}`}>{measure === 'unsent' ? b().sync.alarmUnsent : b().sync.alarmSilent}</label>
                <select id={`alarm-${measure}`} class="input" value={daysOf(measure)} onChange={(event) => void set(measure, Number(event.currentTarget.value))}>
                  <For each={DAYS}>{(days) => <option value={days} selected={daysOf(measure) === days}>{days === 0 ? b().sync.alarmOff : b().days(days)}</option>}</For>
                </select>
              </div>
            )}
          </For>
          <button class="button" data-kind="main" data-wide="" type="button" onClick={() => setOpen(false)}>
            {w().app.done}
          </button>
        </Sheet>
      </Show>
    </>
  )
}
