/** Areas and people: who is where in which role, invitations to print, devices; the dated tree of areas. */
import { createMemo, createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { ask, askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Chip, Loading, Sheet } from '../parts/page'
import { areaName, learnPlaces, role, tell } from '../phone'
import { plain } from '../plain'
import { sentence } from '../sentence'
import { amount, day, moment } from '../when'
import { language, w } from '../words'
import { AreaTree, type AreaUnit } from './area_tree'
import { BoardPage } from './parts'
import { ImportSheet } from './people_import'
import { b } from './words'

interface Person {
  person: string
  name: string
  role: keyof ReturnType<typeof w>['roles']
  areas: string[]
  active: boolean
  contact: string
  leads: boolean
}

interface Device {
  device: string
  person: string
  person_name: string
  name: string
  enrolled_at_ms: number
  revoked_at_ms: number | null
  wiped_at_ms: number | null
}

interface Invited {
  person: string
  name: string
  areas: string[]
  picture: string
  expires_at_ms: number
}

const SHOWN = 100
const VIEWS = ['people', 'areas', 'devices'] as const

const Devices = (props: { devices: Device[]; leads: (person: string) => boolean; again: () => void }): JSX.Element => {
  const [asking, setAsking] = createSignal<Device>()
  const revoke = async (device: Device): Promise<void> => {
    setAsking(undefined)
    try {
      await ask(`/devices/${encodeURIComponent(device.device)}/revoke`, { method: 'POST', json: {}, language: language() })
      props.again()
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-label={b().roster.devices}>
      <table class="table board-table" data-cards="">
        <thead>
          <tr>
            <th scope="col">{b().roster.device}</th>
            <th scope="col">{b().roster.person}</th>
            <th scope="col">{b().roster.enrolled}</th>
            <th scope="col">{b().topics.state}</th>
            <th scope="col"><span class="unseen">{b().roster.revoke}</span></th>
          </tr>
        </thead>
        <tbody>
          <For each={props.devices.slice(0, SHOWN * 3)}>
            {(one) => (
              <tr>
                <th scope="row">{one.name}</th>
                <td data-label={b().roster.person}><a href={`#/boards/person/${encodeURIComponent(one.person)}`}>{one.person_name}</a></td>
                <td data-label={b().roster.enrolled}>{day(one.enrolled_at_ms)}</td>
                <td data-label={b().topics.state}>
                  <Show when={one.revoked_at_ms ?? one.wiped_at_ms} fallback={<Chip tone="good">{b().roster.active}</Chip>}>
                    <Chip tone="bad">{one.wiped_at_ms ? b().roster.wiped : b().roster.revoked}</Chip>
                  </Show>
                </td>
                <td>
                  <Show when={!one.revoked_at_ms && !one.wiped_at_ms && props.leads(one.person)}>
                    <button class="button small" data-kind="danger" type="button" onClick={() => setAsking(one)}>{b().roster.revoke}</button>
                  </Show>
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={asking()}>
        {(one) => (
          <Sheet title={b().roster.revoke} onClose={() => setAsking(undefined)}>
            <p>{b().roster.revokeAsk(one().name, one().person_name)}</p>
            <button class="button" data-kind="danger" data-wide="" type="button" onClick={() => void revoke(one())}>{b().roster.revoke}</button>
            <button class="button" data-wide="" type="button" onClick={() => setAsking(undefined)}>{w().app.cancel}</button>
          </Sheet>
        )}
      </Show>
    </div>
  )
}

const InvitationSheet = (props: { invited: Invited[]; onClose: () => void }): JSX.Element => (
  <section class="stack" aria-labelledby="sheet-title">
    <div class="row spread no-print">
      <h2 id="sheet-title">{b().roster.sheet}</h2>
      <div class="row">
        <button class="button small" data-kind="main" type="button" onClick={() => window.print()}>{b().roster.print}</button>
        <button class="button small" type="button" onClick={() => props.onClose()}>{w().app.close}</button>
      </div>
    </div>
    <p class="soft">{b().roster.sheetLead}</p>
    <ul class="qr-sheet">
      <For each={props.invited}>
        {(one) => (
          <li>
            <img src={one.picture} alt={`${b().roster.sheet}: ${one.name}`} />
            <b>{one.name}</b>
            <span>{one.areas.map(areaName).join(', ')}</span>
            <small>{b().roster.until(moment(one.expires_at_ms))}</small>
          </li>
        )}
      </For>
    </ul>
  </section>
)

const People = (props: { people: Person[]; again: () => void }): JSX.Element => {
  const [words, setWords] = createSignal('')
  const [picked, setPicked] = createSignal<ReadonlySet<string>>(new Set())
  const [invited, setInvited] = createSignal<Invited[]>()
  const [importing, setImporting] = createSignal(false)
  const [most, setMost] = createSignal(SHOWN)
  const found = createMemo(() => {
    const asked = plain(words()).split(' ')
    return props.people.filter((one) => {
      const text = plain(`${one.name} ${one.person} ${one.areas.map(areaName).join(' ')}`)
      return asked.every((word) => text.includes(word))
    })
  })
  const pick = (person: string): void => {
    const next = new Set(picked())
    if (!next.delete(person)) next.add(person)
    setPicked(next)
  }
  const invite = async (people: string[]): Promise<void> => {
    try {
      setInvited(await askJson<Invited[]>('/invitations/sheet', { json: { people }, language: language() }))
      setPicked(new Set<string>())
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  return (
    <Show when={!invited()} fallback={<InvitationSheet invited={invited() ?? []} onClose={() => setInvited(undefined)} />}>
      <div class="filters">
        <input class="input small grow" type="search" placeholder={b().roster.search} aria-label={b().roster.search} value={words()} onInput={(event) => setWords(event.currentTarget.value)} />
        <Show when={picked().size > 0}>
          <button class="button small" data-kind="main" type="button" onClick={() => void invite([...picked()])}>{b().roster.inviteSelected(picked().size)}</button>
        </Show>
        <Show when={role() === 'administrator'}>
          <button class="button small" type="button" onClick={() => setImporting((one) => !one)} aria-expanded={importing()}>
            <Icon name="table" />
            {b().roster.import}
          </button>
        </Show>
      </div>
      <Show when={importing()}>
        <ImportSheet onSaved={() => props.again()} />
      </Show>
      <div class="table-wrap" tabIndex={0} role="region" aria-label={b().roster.people}>
        <table class="table board-table" data-cards="">
          <thead>
            <tr>
              <th scope="col">{b().roster.name}</th>
              <th scope="col">{b().roster.role}</th>
              <th scope="col">{b().roster.area}</th>
              <th scope="col">{b().roster.contact}</th>
              <th scope="col"><span class="unseen">{b().roster.invite}</span></th>
            </tr>
          </thead>
          <tbody>
            <For each={found().slice(0, most())}>
              {(one) => (
                <tr>
                  <th scope="row">
                    <span class="row">
                      <Show when={one.leads && one.active}>
                        <input class="check" type="checkbox" aria-label={`${b().roster.invite}: ${one.name}`} checked={picked().has(one.person)} onChange={() => pick(one.person)} />
                      </Show>
                      <span class="grow">
                        <a href={`#/boards/person/${encodeURIComponent(one.person)}`}>{one.name}</a>
                        <span class="soft">{one.person}</span>
                      </span>
                    </span>
                  </th>
                  <td data-label={b().roster.role}>
                    {w().roles[one.role]}
                    <Show when={!one.active}><Chip tone="bad">{b().roster.stopped}</Chip></Show>
                  </td>
                  <td data-label={b().roster.area}>{one.areas.map(areaName).join(', ')}</td>
                  <td data-label={b().roster.contact}>{one.contact || <span class="soft nil">–</span>}</td>
                  <td>
                    <Show when={one.leads && one.active}>
                      <button class="button small" type="button" onClick={() => void invite([one.person])}>{b().roster.invite}</button>
                    </Show>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={found().length > most()}>
        <button class="button" data-wide="" type="button" onClick={() => setMost((n) => n + 2 * SHOWN)}>{b().more(found().length - most())}</button>
      </Show>
    </Show>
  )
}

export const RosterBoard = (): JSX.Element => {
  const [view, setView] = createSignal<(typeof VIEWS)[number]>('people')
  const [fault, setFault] = createSignal('')
  const [roster, { refetch }] = createResource(async () => {
    try {
      const [people, areas, devices] = await Promise.all([
        askJson<Person[]>('/people', { language: language() }),
        askJson<AreaUnit[]>('/areas', { language: language() }),
        askJson<Device[]>('/devices', { language: language() }),
      ])
      learnPlaces(areas.map((one) => [one.area, one.name] as const))
      setFault('')
      return { people, areas, devices, led: new Set(people.filter((one) => one.leads).map((one) => one.person)) }
    } catch (why) {
      setFault(sentence(why))
      return undefined
    }
  })
  const again = (): void => void refetch()
  const counted = (name: (typeof VIEWS)[number]): number =>
    name === 'areas' ? (roster.latest?.areas.filter((one) => one.valid_to_ms === null).length ?? 0) : (roster.latest?.[name].length ?? 0)
  return (
    <BoardPage title={b().tabs.roster} lead={b().roster.lead} fault={fault()}>
      <div class="tabs no-print" role="group" aria-label={b().tabs.roster}>
        <For each={VIEWS}>
          {(name) => (
            <button type="button" aria-pressed={view() === name} onClick={() => setView(name)}>
              {b().roster[name]} {amount(counted(name))}
            </button>
          )}
        </For>
      </div>
      <Show when={roster.latest} fallback={<Show when={!fault()}><Loading /></Show>}>
        {(all) => (
          <>
            <Show when={view() === 'people'}><People people={all().people} again={again} /></Show>
            <Show when={view() === 'areas'}><AreaTree areas={all().areas} again={again} /></Show>
            <Show when={view() === 'devices'}><Devices devices={all().devices} leads={(person) => all().led.has(person)} again={again} /></Show>
          </>
        )}
      </Show>
    </BoardPage>
  )
}
