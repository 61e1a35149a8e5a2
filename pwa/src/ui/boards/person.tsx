/** One person: devices, when each sync arrived and what it brought, and a reminder. */
import { createSignal, For, Show, type JSX } from 'solid-js'
import { askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Chip, Notice } from '../parts/page'
import { areaName, tell } from '../phone'
import { sentence } from '../sentence'
import { ago, amount, moment } from '../when'
import { language, w } from '../words'
import { DeviceTable } from './devices'
import { BoardPage, createBoard, Ready, Spark } from './parts'
import type { DeviceRow } from './standing'
import { b } from './words'

interface PersonPage {
  person: string
  name: string
  role: keyof ReturnType<typeof w>['roles']
  areas: string[]
  contact: string
  active: boolean
  devices: DeviceRow[]
  syncs: { replica: string; at_ms: number; changes: number; first: number; last: number; waiting: number }[]
  days: number[]
  reachable: number
  can_remind: boolean
}

export const PersonBoard = (props: { id: string }): JSX.Element => {
  const board = createBoard<PersonPage>(() => `/boards/people/${encodeURIComponent(props.id)}`)
  const [said, setSaid] = createSignal('')
  const remind = async (): Promise<void> => {
    try {
      const { devices, contact } = await askJson<{ devices: number; contact: string }>(`/boards/people/${encodeURIComponent(props.id)}/remind`, { method: 'POST', json: {}, language: language() })
      setSaid(devices > 0 ? b().person.reminded(devices) : contact ? b().person.call(contact) : b().person.callNobody)
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  return (
    <BoardPage title={board.value()?.name ?? b().person.devices} back="/boards/sync-status" fault={board.fault()}>
      <Ready board={board}>
        {(page) => (
          <>
            <section class="row spread">
              <div class="row">
                <Chip tone="calm">{w().roles[page().role]}</Chip>
                <For each={page().areas}>{(code) => <Chip icon="place">{areaName(code)}</Chip>}</For>
                <Show when={!page().active}><Chip tone="bad">{b().roster.stopped}</Chip></Show>
                <Show when={page().contact}><span class="soft">{b().person.contact}: {page().contact}</span></Show>
                <span class="soft">{b().person.reachable}: {amount(page().reachable)}</span>
              </div>
              <Show when={page().can_remind}>
                <button class="button" data-kind="main" type="button" onClick={() => void remind()}>
                  <Icon name="alert" />
                  {b().person.remind}
                </button>
              </Show>
            </section>
            <Show when={said()}>{(text) => <Notice live tone="calm">{text()}</Notice>}</Show>
            <figure class="card row spark-row">
              <figcaption><b>{b().person.days}</b></figcaption>
              <Spark values={page().days} label={b().person.days} wide />
              <b class="number">{amount(page().days.reduce((sum, n) => sum + n, 0))}</b>
            </figure>
            <section class="stack">
              <h2>{b().person.devices}</h2>
              <Show when={page().devices.length > 0} fallback={<p class="soft">{b().person.noDevice}</p>}>
                <DeviceTable rows={page().devices} sort="" onSort={() => undefined} label={b().person.devices} plain />
              </Show>
            </section>
            <section class="stack">
              <h2>{b().person.timeline}</h2>
              <ul class="timeline">
                <For each={page().syncs} fallback={<li class="soft">{b().person.timelineNone}</li>}>
                  {(one) => (
                    <li>
                      <b>{moment(one.at_ms)}</b> <span class="soft">{ago(one.at_ms)}</span>
                      <div class="row">
                        {b().person.brought(one.changes, one.first, one.last)}
                        <Show when={one.waiting > 0}><Chip tone="wait">{b().person.waiting(one.waiting)}</Chip></Show>
                      </div>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          </>
        )}
      </Ready>
    </BoardPage>
  )
}
