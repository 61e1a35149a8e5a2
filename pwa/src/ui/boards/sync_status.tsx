/** Sync status: the whole province at a glance, its communes shaded, every device below; renews itself. */
import { createEffect, createMemo, createSignal, For, on, Show, type JSX } from 'solid-js'
import { Icon, type IconName } from '../parts/icon'
import { Empty, type Tone } from '../parts/page'
import { areaName, learnPlaces } from '../phone'
import { amount, now } from '../when'
import { w } from '../words'
import { DeviceTable } from './devices'
import { Heat } from './heat'
import { BoardPage, createBoard, Ready, Refresh, Spark } from './parts'
import { MEASURES, type AreaRow, type DeviceRow, type Measure } from './standing'
import { Alarms, Views } from './views'
import { b } from './words'

const ONLY = ['silent', 'missing', 'old', 'attention', 'conflicts', 'unproven', 'never', 'lost', 'drafts', 'skew'] as const
const PAGE = 50

const Figure = (props: { icon: IconName; tone: Tone; n: number; label: string; hint: string; pressed: boolean; onPress: () => void }): JSX.Element => (
  <button type="button" class="figure-tile" data-tone={props.n > 0 ? props.tone : 'good'} aria-pressed={props.pressed} onClick={() => props.onPress()}>
    <Icon name={props.icon} />
    <b>{amount(props.n)}</b>
    <span>{props.label}</span>
    <span class="soft">{props.hint}</span>
  </button>
)

export const SyncStatusBoard = (): JSX.Element => {
  const areas = createBoard<AreaRow[]>(() => '/boards/areas')
  const [measure, setMeasure] = createSignal<Measure>('silence')
  const [area, setArea] = createSignal('')
  const [only, setOnly] = createSignal('')
  const [sort, setSort] = createSignal('contact')
  const [words, setWords] = createSignal('')
  const [most, setMost] = createSignal(PAGE)
  const query = createMemo(() => {
    const asked = new URLSearchParams()
    for (const [name, value] of [['area', area()], ['only', only()], ['q', words().trim()]] as const) if (value) asked.set(name, value)
    if (sort() !== 'contact') asked.set('sort', sort())
    return asked.toString()
  })
  const devices = createBoard<DeviceRow[]>(() => `/boards/sync-status?most=${most()}${query() ? `&${query()}` : ''}`)
  createEffect(on(areas.value, (rows) => rows && learnPlaces(rows.map((row) => [row.area, row.name] as const))))
  const open = (saved: string): void => {
    const asked = new URLSearchParams(query() === saved ? '' : saved)
    setArea(asked.get('area') ?? '')
    setOnly(asked.get('only') ?? '')
    setWords(asked.get('q') ?? '')
    setSort(asked.get('sort') ?? 'contact')
  }
  const toggle = (name: string): void => void setOnly((one) => (one === name ? '' : name))
  return (
    <BoardPage title={w().staff.title} lead={b().sync.lead} fault={areas.fault() || devices.fault()} actions={<Refresh again={() => (areas.again(), devices.again())} stale={!!areas.fault()} />}>
      <Ready board={areas}>
        {(rows) => {
          const communes = createMemo(() => rows().filter((row) => row.kind === 'commune'))
          const sum = (of: (row: NonNullable<AreaRow['standing']>) => number): number => rows().reduce((all, row) => all + (row.standing ? of(row.standing) : 0), 0)
          const all = createMemo(() => ({
            devices: sum((one) => one.devices),
            silent: sum((one) => one.silent),
            missing: sum((one) => one.missing),
            old: sum((one) => one.old),
            attention: sum((one) => one.attention) + rows().reduce((count, row) => count + row.conflicts, 0),
            proven: sum((one) => one.proven),
          }))
          const days = createMemo(() => {
            const chosen = area() ? rows().filter((row) => row.area === area()) : rows()
            return Array.from({ length: 30 }, (_, at) => chosen.reduce((count, row) => count + (row.days[at] ?? 0), 0))
          })
          return (
            <>
              <section class="figures" aria-label={b().sync.summary}>
                <Figure icon="nosignal" tone="urgent" n={all().silent} label={b().sync.silent} hint={b().sync.ofDevices(all().devices)} pressed={only() === 'silent'} onPress={() => toggle('silent')} />
                <Figure icon="outbox" tone="wait" n={all().missing} label={b().sync.missing} hint={b().sync.ofDevices(all().devices)} pressed={only() === 'missing'} onPress={() => toggle('missing')} />
                <Figure icon="clock" tone="urgent" n={all().old} label={b().sync.old} hint={b().sync.ofDevices(all().devices)} pressed={only() === 'old'} onPress={() => toggle('old')} />
                <Figure icon="fork" tone="wait" n={all().attention} label={b().sync.review} hint={b().sync.ofDevices(all().devices)} pressed={only() === 'conflicts'} onPress={() => toggle('conflicts')} />
                <Figure icon="alert" tone="wait" n={Math.max(0, all().devices - all().proven)} label={b().sync.unproven} hint={b().sync.ofDevices(all().devices)} pressed={only() === 'unproven'} onPress={() => toggle('unproven')} />
              </section>
              <section class="card board-map" aria-labelledby="map-title">
                <div class="row spread">
                  <h2 id="map-title">{b().sync.areas}</h2>
                  <div class="row">
                    <label class="soft" for="measure">{b().sync.measure}</label>
                    <select id="measure" class="input small" onChange={(event) => setMeasure(event.currentTarget.value as Measure)}>
                      <For each={MEASURES}>{(name) => <option value={name} selected={measure() === name}>{b().sync.measures[name]}</option>}</For>
                    </select>
                  </div>
                </div>
                <Heat areas={communes()} measure={measure()} chosen={area()} onChoose={setArea} />
                <figure class="row spark-row">
                  <figcaption>
                    <b>{area() ? areaName(area()) : b().sync.whole}</b>
                    <span class="soft">{b().sync.last30}</span>
                  </figcaption>
                  <Spark values={days()} label={b().sync.last30} wide />
                  <b class="number">{amount(days().reduce((count, n) => count + n, 0))}</b>
                </figure>
              </section>
            </>
          )
        }}
      </Ready>
      <section class="stack">
        <div class="row spread">
          <h2 id="devices-title">{area() ? b().sync.devicesIn(areaName(area())) : b().sync.allDevices}</h2>
          <Alarms />
        </div>
        <div class="filters">
          <input class="input small grow" type="search" placeholder={b().search} aria-label={b().search} value={words()} onInput={(event) => setWords(event.currentTarget.value)} />
          <select class="input small" aria-label={b().filter} onChange={(event) => setOnly(event.currentTarget.value)}>
            <option value="" selected={!only()}>{b().all}</option>
            <For each={ONLY}>{(name) => <option value={name} selected={only() === name}>{b().sync.only[name]}</option>}</For>
          </select>
          <select class="input small" aria-label={b().sortBy} onChange={(event) => setSort(event.currentTarget.value)}>
            <For each={Object.keys(b().sync.sorts) as (keyof ReturnType<typeof b>['sync']['sorts'])[]}>
              {(name) => <option value={name} selected={sort() === name}>{b().sync.sorts[name]}</option>}
            </For>
          </select>
        </div>
        <Views query={query()} onOpen={open} />
        <Ready board={devices}>
          {(list) => (
            <Show
              when={list().length > 0}
              fallback={
                <Empty icon="table" title={query() ? b().none : w().staff.none} hint={query() ? b().noneHint : ''}>
                  <Show when={query()}>
                    <button class="button" type="button" onClick={() => open('')}>{b().clear}</button>
                  </Show>
                </Empty>
              }
            >
              <DeviceTable rows={list()} sort={sort()} onSort={setSort} label={b().sync.allDevices} />
              <Show when={list().length >= most() && most() < 500}>
                <button class="button" data-wide="" type="button" onClick={() => setMost((n) => Math.min(500, n + 3 * PAGE))}>{w().app.more}</button>
              </Show>
            </Show>
          )}
        </Ready>
      </section>
      <span class="unseen" role="status">{now() && devices.fault()}</span>
    </BoardPage>
  )
}
