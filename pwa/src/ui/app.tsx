/** The shell: which screen the fragment names, the navigation under the thumb, and what may stand over every screen. */
import { ErrorBoundary, For, lazy, Show, Suspense, type Component, type JSX } from 'solid-js'
import { AlertTakeover } from './alerts/takeover'
import { Enrol } from './enrol/enrol'
import { Welcome } from './enrol/welcome'
import { Home } from './home/home'
import { badges } from './home/glance'
import { Icon, type IconName } from './parts/icon'
import { Empty, Loading, Page } from './parts/page'
import { hush, identity, isStaff, leads, locked, said } from './phone'
import { firstFit, here } from './router'
import { takeUpdate, updateWaiting } from './updates'
import { w } from './words'

interface Route {
  path: string
  screen: Component<Record<string, string>>
  /** Nothing around it: no navigation. */
  bare?: boolean
}

type Screen = Component<Record<string, string>>
const later = (load: () => Promise<Screen>): Screen => lazy(async () => ({ default: await load() }))

const Board = later(async () => (await import('./boards/index')).Boards as Screen)
const Lock = later(async () => (await import('./lock/lock')).LockScreen)
const Fill = later(async () => (await import('./fill/fill')).Fill)

const ROUTES: Route[] = [
  { path: '/', screen: Home },
  { path: '/enrol/:code', screen: Enrol as Screen, bare: true },
  { path: '/forms', screen: later(async () => (await import('./forms/forms')).Forms) },
  { path: '/fill/new/:form', screen: Fill, bare: true },
  { path: '/fill/draft/:draft', screen: Fill, bare: true },
  { path: '/fill/amend/:submission', screen: Fill, bare: true },
  { path: '/outbox', screen: later(async () => (await import('./outbox/outbox')).Outbox) },
  { path: '/submission/:id', screen: later(async () => (await import('./submission/submission')).Submission as Screen) },
  { path: '/submission/:id/conflict', screen: later(async () => (await import('./submission/conflict')).ConflictCard as Screen) },
  { path: '/alerts', screen: later(async () => (await import('./alerts/inbox')).Alerts) },
  { path: '/alert/:alert', screen: later(async () => (await import('./alerts/alert')).AlertPage as Screen) },
  { path: '/topics', screen: later(async () => (await import('./topics/topics')).Topics) },
  { path: '/topic/:id', screen: later(async () => (await import('./topics/topic')).TopicPage as Screen) },
  { path: '/settings', screen: later(async () => (await import('./settings/settings')).SettingsPage) },
  { path: '/sync', screen: later(async () => (await import('./settings/sync')).SyncPage) },
  { path: '/courier', screen: later(async () => (await import('./settings/courier')).Courier) },
  { path: '/pin', screen: later(async () => (await import('./lock/set')).SetPin) },
  { path: '/more', screen: later(async () => (await import('./settings/more')).More) },
  { path: '/reports', screen: later(async () => (await import('./coordinator/reports')).Reports) },
  { path: '/broadcast', screen: later(async () => (await import('./coordinator/broadcast')).Broadcast) },
  { path: '/ledger/:alert', screen: later(async () => (await import('./coordinator/ledger')).Ledger as Screen) },
  { path: '/boards/:board', screen: Board },
  { path: '/boards/:board/:id', screen: Board },
]

interface Place {
  to: string
  icon: IconName
  name: () => string
  count?: () => number
  /** Only where there is room at the side; or only under the thumb. */
  only?: 'wide' | 'narrow'
}

function places(): Place[] {
  const home: Place = { to: '/', icon: 'home', name: () => w().nav.home }
  const forms: Place = { to: '/forms', icon: 'form', name: () => w().nav.forms }
  const outbox: Place = { to: '/outbox', icon: 'outbox', name: () => w().nav.outbox, count: () => badges().attention }
  const alerts: Place = { to: '/alerts', icon: 'alert', name: () => w().nav.alerts, count: () => badges().alerts }
  const topics: Place = { to: '/topics', icon: 'topic', name: () => w().nav.topics }
  const reports: Place = { to: '/reports', icon: 'table', name: () => w().nav.reports }
  const settings: Place = { to: '/settings', icon: 'gear', name: () => w().nav.settings, only: 'wide' }
  const sync: Place = { to: '/boards/sync-status', icon: 'sync', name: () => w().nav.sync }
  const more: Place = { to: '/more', icon: 'more', name: () => w().nav.more, only: 'narrow' }
  const wide = (place: Place): Place => ({ ...place, only: 'wide' })
  if (isStaff()) return [home, sync, topics, alerts, wide(reports), wide(forms), wide(outbox), settings, more]
  if (leads()) return [home, reports, topics, alerts, wide(sync), wide(forms), wide(outbox), settings, more]
  return [home, forms, outbox, alerts, topics, settings]
}

export const Nav = (): JSX.Element => (
  <nav class="nav" aria-label={w().nav.label}>
    <span class="mark" aria-hidden="true">
      <img src="/icons/icon.svg" alt="" />
      {w().app.name}
    </span>
    <For each={places()}>
      {(place) => (
        <a href={`#${place.to}`} data-only={place.only} aria-current={here() === place.to ? 'page' : undefined}>
          <Icon name={place.icon} />
          {place.name()}
          <Show when={place.count?.()}>{(n) => <span class="count">{n()}</span>}</Show>
        </a>
      )}
    </For>
  </nav>
)

const NotFound = (): JSX.Element => (
  <Page title={w().app.notFound} back="/">
    <Empty icon="info" title={w().app.notFound} hint={w().app.notFoundHint} />
  </Page>
)

const Broken = (): JSX.Element => (
  <Page title={w().app.broken} back="/">
    <Empty icon="warn" title={w().app.broken} hint={w().app.brokenHint}>
      <button class="button" data-kind="main" type="button" onClick={() => location.reload()}>
        {w().app.reload}
      </button>
      <a class="button" href="#/settings">
        {w().nav.settings}
      </a>
    </Empty>
  </Page>
)

const UpdateWord = (): JSX.Element => (
  <Show when={updateWaiting() && !here().startsWith('/fill/')}>
    <div class="toast" role="status">
      {w().app.updateReady}
      <button class="button" type="button" onClick={takeUpdate}>
        {w().app.updateNow}
      </button>
    </div>
  </Show>
)

const Said = (): JSX.Element => (
  <div aria-live="polite">
    <Show when={said()}>
      {(word) => (
        <div class="toast">
          {word().text}
          <Show when={word().action}>
            {(action) => (
              <button
                class="button"
                type="button"
                onClick={() => {
                  action().run()
                  hush()
                }}
              >
                {action().label}
              </button>
            )}
          </Show>
        </div>
      )}
    </Show>
  </div>
)

export const App = (): JSX.Element => {
  const fit = firstFit(ROUTES)
  const enrolling = (): boolean => fit()?.route.path === '/enrol/:code'
  const bare = (): boolean => fit()?.route.bare === true
  return (
    <Show when={!locked()} fallback={<Suspense fallback={<Loading />}><Lock /></Suspense>}>
    <Show when={identity() ?? enrolling()} fallback={<Welcome />}>
      <a class="skip button" href="#main" onClick={skip}>
        {w().app.skip}
      </a>
      <div class="frame" data-bare={bare() ? '' : undefined}>
        <ErrorBoundary
          fallback={(fault: unknown) => {
            console.error(fault)
            return <Broken />
          }}
        >
          <Suspense fallback={<Loading />}>
            <Show when={fit()} keyed fallback={<NotFound />}>
              {(found) => <found.route.screen {...found.values} />}
            </Show>
          </Suspense>
        </ErrorBoundary>
      </div>
      <Show when={!bare() && identity()}>
        <Nav />
        <AlertTakeover />
      </Show>
      <UpdateWord />
      <Said />
    </Show>
    </Show>
  )
}

function skip(event: MouseEvent): void {
  event.preventDefault()
  const main = document.getElementById('main')
  main?.setAttribute('tabindex', '-1')
  main?.focus()
}
