/** One row per device: what it has made, what of it is here, and what stands in its way. */
import { Index, Show, type JSX } from 'solid-js'
import { Chip } from '../parts/page'
import { areaName } from '../phone'
import { ago, amount, duration, now, size } from '../when'
import { w } from '../words'
import { Head } from './parts'
import { SILENT_MS, type DeviceRow } from './standing'
import { b } from './words'

const isLate = (at: number): boolean => now() - at > SILENT_MS

const Contact = (props: { row: DeviceRow }): JSX.Element => (
  <Show when={props.row.revoked_at_ms} fallback={
    <Show when={props.row.last_contact_at_ms} fallback={<span class="soft">{w().staff.never}</span>}>
      {(at) => <Chip tone={isLate(at()) ? 'urgent' : 'good'}>{ago(at())}</Chip>}
    </Show>
  }>
    <Chip tone="bad">{b().sync.revoked}</Chip>
  </Show>
)

const Missing = (props: { row: DeviceRow }): JSX.Element => (
  <>
    <Show when={props.row.missing > 0} fallback={<span class="soft nil">0</span>}>
      <Chip tone="wait">{amount(props.row.missing)}</Chip>
    </Show>
    <Show when={props.row.lost > 0}>
      <Chip tone="bad">{w().staff.lost(props.row.lost)}</Chip>
    </Show>
    <Show when={props.row.held > 0}>
      <span class="soft">{b().sync.held(props.row.held)}</span>
    </Show>
  </>
)

const Zero = (props: { n: number; tone?: 'wait' | 'urgent' }): JSX.Element => (
  <Show when={props.n > 0} fallback={<span class="soft nil">0</span>}>
    <Show when={props.tone} fallback={amount(props.n)}>
      {(tone) => <Chip tone={tone()}>{amount(props.n)}</Chip>}
    </Show>
  </Show>
)

export const DeviceTable = (props: { rows: DeviceRow[]; sort: string; onSort: (sort: string) => void; label: string; plain?: boolean }): JSX.Element => (
  <div class="table-wrap" tabIndex={0} role="region" aria-label={props.label}>
    <table class="table board-table" data-cards="">
      <thead>
        <tr>
          <Head sort={props.plain ? '' : 'name'} now={props.sort} onSort={props.onSort}>{w().staff.person}</Head>
          <Head sort={props.plain ? '' : 'contact'} now={props.sort} onSort={props.onSort}>{w().staff.lastContact}</Head>
          <Head number>{w().staff.made}</Head>
          <Head number>{w().staff.received}</Head>
          <Head number sort={props.plain ? '' : 'missing'} now={props.sort} onSort={props.onSort}>{w().staff.missing}</Head>
          <Head sort={props.plain ? '' : 'oldest'} now={props.sort} onSort={props.onSort}>{w().staff.oldest}</Head>
          <Head number sort={props.plain ? '' : 'drafts'} now={props.sort} onSort={props.onSort}>{w().staff.drafts}</Head>
          <Head number sort={props.plain ? '' : 'attention'} now={props.sort} onSort={props.onSort}>{b().sync.review2}</Head>
          <Head number>{b().sync.conflicts}</Head>
          <Head>{w().staff.webpush}</Head>
          <Head number sort={props.plain ? '' : 'storage'} now={props.sort} onSort={props.onSort}>{b().sync.storage}</Head>
          <Head>{b().sync.skew}</Head>
          <Head number sort={props.plain ? '' : 'repairs'} now={props.sort} onSort={props.onSort}>{b().sync.repairs}</Head>
        </tr>
      </thead>
      <tbody>
        <Index each={props.rows}>
          {(row) => (
            <tr>
              <th scope="row">
                <a href={`#/boards/person/${encodeURIComponent(row().person)}`}>{row().person_name}</a>
                <span class="soft">
                  {row().areas.map(areaName).join(', ')} · {row().device_name}
                  <Show when={row().app}>{(app) => <> · {`${w().staff.app} ${app()}`}</>}</Show>
                </span>
                <Show when={row().forked_at_ms}>
                  <Chip tone="bad">{b().sync.forked}</Chip>
                </Show>
              </th>
              <td data-label={w().staff.lastContact}><Contact row={row()} /></td>
              <td class="number" data-label={w().staff.made}>{amount(row().made)}</td>
              <td class="number" data-label={w().staff.received}>{amount(row().received)}</td>
              <td class="number" data-label={w().staff.missing}><Missing row={row()} /></td>
              <td data-label={w().staff.oldest}>
                <Show when={row().oldest_unsent_at_ms} fallback={<span class="soft nil">–</span>}>
                  {(at) => <span data-late={isLate(at()) ? '' : undefined}>{ago(at())}</span>}
                </Show>
              </td>
              <td class="number" data-label={w().staff.drafts}><Zero n={row().drafts} /></td>
              <td class="number" data-label={b().sync.review2}><Zero n={row().attention} tone="urgent" /></td>
              <td class="number" data-label={b().sync.conflicts}><Zero n={row().conflicts} tone="wait" /></td>
              <td data-label={w().staff.webpush}>
                <Show when={row().webpush === 'proven'} fallback={<span class="soft">{w().staff.no}</span>}>{w().staff.yes}</Show>
              </td>
              <td class="number" data-label={b().sync.storage}>
                <Show when={row().storage_used} fallback={<span class="soft nil">–</span>}>
                  {size(row().storage_used)}
                </Show>
                <Show when={row().persisted === 0}>
                  <span class="soft">{b().sync.notPersisted}</span>
                </Show>
              </td>
              <td data-label={b().sync.skew}>
                <Show when={Math.abs(row().skew_ms) > 60_000} fallback={<span class="soft nil">–</span>}>
                  <span data-late="">{`${row().skew_ms > 0 ? '+' : '−'}${duration(row().skew_ms)}`}</span>
                </Show>
              </td>
              <td class="number" data-label={b().sync.repairs}><Zero n={row().repairs} /></td>
            </tr>
          )}
        </Index>
      </tbody>
    </table>
  </div>
)
