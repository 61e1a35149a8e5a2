/** Sync status by device: last contact, made, received, missing, oldest unsent. First version: one table, read again every
 * few seconds while it is open. */
import { createResource, createSignal, For, onCleanup, Show, type JSX } from 'solid-js'
import { askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Chip, Empty, Loading, Notice, Page } from '../parts/page'
import { areaName } from '../phone'
import { sentence } from '../sentence'
import { ago, amount } from '../when'
import { language, w } from '../words'

const EVERY_MS = 5000

/** One replica of one device, as GET /boards/sync-status says it; 0 or null where it never happened. */
export interface SyncRow {
  person: string
  person_name: string
  areas: string[]
  device: string
  device_name: string
  revoked_at_ms: number | null
  replica: string
  last_contact_at_ms: number
  made: number
  received: number
  missing: number
  lost: number
  oldest_unsent_at_ms: number
  drafts: number
  attention: number
  app: string
  webpush: string
  skew_ms: number
  repairs: number
}

const SILENT_MS = 3 * 86_400_000

export const SyncStatusBoard = (): JSX.Element => {
  const [fault, setFault] = createSignal('')
  const [rows, { refetch }] = createResource(async () => {
    try {
      const answer = await askJson<SyncRow[]>('/boards/sync-status', { language: language() })
      setFault('')
      return answer
    } catch (why) {
      setFault(sentence(why))
      return undefined
    }
  })
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void refetch()
  }, EVERY_MS)
  onCleanup(() => clearInterval(timer))
  const missing = (): number => rows.latest?.reduce((sum, row) => sum + row.missing, 0) ?? 0
  return (
    <Page
      title={w().staff.title}
      wide
      actions={
        <button class="icon-button" type="button" aria-label={w().staff.refresh} onClick={() => void refetch()}>
          <Icon name="sync" />
        </button>
      }
    >
      <p>{w().staff.lead}</p>
      <Show when={fault()}>{(text) => <Notice tone="wait">{text()}</Notice>}</Show>
      <Show when={rows.latest} fallback={<Show when={!fault()}><Loading /></Show>}>
        {(list) => (
          <Show when={list().length > 0} fallback={<Empty icon="table" title={w().staff.none} />}>
            <p class="row">
              <Chip tone={missing() > 0 ? 'wait' : 'good'}>{w().staff.total(list().length, missing())}</Chip>
            </p>
            <div class="table-wrap" tabIndex={0} role="region" aria-label={w().staff.title}>
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">{w().staff.person}</th>
                    <th scope="col">{w().staff.area}</th>
                    <th scope="col">{w().staff.device}</th>
                    <th scope="col">{w().staff.lastContact}</th>
                    <th scope="col" class="number">{w().staff.made}</th>
                    <th scope="col" class="number">{w().staff.received}</th>
                    <th scope="col" class="number">{w().staff.missing}</th>
                    <th scope="col">{w().staff.oldest}</th>
                    <th scope="col" class="number">{w().staff.drafts}</th>
                    <th scope="col" class="number">{w().staff.rejected}</th>
                    <th scope="col">{w().staff.webpush}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={list()}>
                    {(row) => (
                      <tr>
                        <th scope="row">{row.person_name}</th>
                        <td>{row.areas.map(areaName).join(', ')}</td>
                        <td>{row.device_name}</td>
                        <td>
                          <Show when={row.last_contact_at_ms} fallback={w().staff.never}>
                            {(at) => <Chip tone={Date.now() - at() > SILENT_MS ? 'urgent' : 'good'}>{ago(at())}</Chip>}
                          </Show>
                        </td>
                        <td class="number">{amount(row.made)}</td>
                        <td class="number">{amount(row.received)}</td>
                        <td class="number">
                          <Show when={row.missing > 0} fallback="0">
                            <Chip tone="wait">{amount(row.missing)}</Chip>
                          </Show>
                          <Show when={row.lost > 0}>
                            <Chip tone="bad">{w().staff.lost(row.lost)}</Chip>
                          </Show>
                        </td>
                        <td>{row.oldest_unsent_at_ms ? ago(row.oldest_unsent_at_ms) : '–'}</td>
                        <td class="number">{amount(row.drafts)}</td>
                        <td class="number">{amount(row.attention)}</td>
                        <td>{row.webpush === 'proven' ? w().staff.yes : w().staff.no}</td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          </Show>
        )}
      </Show>
    </Page>
  )
}
