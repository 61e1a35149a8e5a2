/** Settings: language and look, notifications with their self-test, storage, export, and how to leave. */
import { createSignal, For, onMount, Show, type JSX } from 'solid-js'
import { wipe } from '../../store/identity'
import { countPurgeable, purge } from '../../store/purge'
import { readDrafts } from '../../store/drafts'
import { ask } from '../../transport/request'
import { glance } from '../home/glance'
import { askToKeep, isShort, measureSpace, space } from '../home/space'
import { live } from '../live'
import { Icon } from '../parts/icon'
import { Disc, Notice, Page, Sheet } from '../parts/page'
import { choose, identity, settings, tell } from '../phone'
import { size } from '../when'
import { language, w } from '../words'
import { install, installOffered } from '../install'
import { LockCard } from '../lock/card'
import { exportUnsent } from './export'
import { WebpushCard } from './webpush'

const Look = (): JSX.Element => (
  <section class="card">
    <fieldset class="field">
      <legend>{w().settings.language}</legend>
      <div class="pair">
        <For each={['vi', 'en'] as const}>
          {(one) => (
            <label class="choice" lang={one}>
              <input type="radio" name="language" checked={language() === one} onChange={() => void choose({ language: one })} />
              {one === 'vi' ? 'Tiếng Việt' : 'English'}
            </label>
          )}
        </For>
      </div>
    </fieldset>
    <fieldset class="field">
      <legend>{w().settings.look}</legend>
      <div class="choices">
        <For each={['system', 'light', 'dark'] as const}>
          {(one) => (
            <label class="choice">
              <input type="radio" name="look" checked={(settings().look ?? 'system') === one} onChange={() => void choose({ look: one })} />
              {w().settings.looks[one]}
            </label>
          )}
        </For>
      </div>
    </fieldset>
    <label class="row spread">
      <span class="label grow">{w().settings.sun}</span>
      <input class="switch" type="checkbox" role="switch" checked={settings().sun ?? false} onChange={(event) => void choose({ sun: event.currentTarget.checked })} />
    </label>
  </section>
)

const Storage = (): JSX.Element => {
  onMount(() => void measureSpace())
  const spare = live(['files', 'changes', 'drafts'], countPurgeable)
  const [refused, setRefused] = createSignal(false)
  const keep = async (): Promise<void> => {
    await askToKeep()
    setRefused(space()?.persisted === false)
  }
  const free = async (): Promise<void> => {
    const freed = await purge()
    await measureSpace()
    tell(w().settings.purged(size(freed)))
  }
  return (
    <section class="card">
      <h2>{w().settings.storage}</h2>
      <Show when={space()}>
        {(now) => (
          <>
            <p>{w().settings.storageUsed(size(now().used), size(now().quota))}</p>
            <progress class="bar-meter" max={now().quota || 1} value={now().used} aria-label={w().settings.storage} />
            <Show when={isShort(now())}>
              <Notice tone="urgent">{w().home.storageLow}</Notice>
            </Show>
            <p class="soft">{now().persisted ? w().settings.persisted : w().settings.notPersisted}</p>
            <Show when={now().persisted === false}>
              <button class="button" type="button" onClick={() => void keep()}>
                {w().settings.persistAsk}
              </button>
              <p role="status">{refused() ? w().settings.persistRefused : ''}</p>
            </Show>
          </>
        )}
      </Show>
      <Show when={spare()}>
        {(bytes) => (
          <>
            <p class="soft">{w().settings.purgeHint}</p>
            <button class="button" type="button" onClick={() => void free()}>
              {w().settings.purge(size(bytes()))}
            </button>
          </>
        )}
      </Show>
      <Show when={installOffered()}>
        <button class="button" type="button" onClick={() => void install()}>
          {w().settings.install}
        </button>
      </Show>
      <p class="soft">{w().settings.courierHint}</p>
      <a class="button" href="#/courier">
        <Icon name="file" />
        {w().courier.title}
      </a>
      <button class="button" type="button" onClick={() => void exportUnsent()}>
        {w().settings.exportUnsent}
      </button>
    </section>
  )
}

const About = (): JSX.Element => (
  <Show when={identity()}>
    {(who) => (
      <dl class="facts card">
        <dt>{w().settings.account}</dt>
        <dd>
          {who().session.name} · {w().roles[who().session.role]}
        </dd>
        <dt>{w().settings.project}</dt>
        <dd>{who().session.project_name}</dd>
        <dt>{w().settings.areas}</dt>
        <dd>{who().session.areas.map((area) => area.name).join(', ') || '–'}</dd>
        <dt>{w().settings.device}</dt>
        <dd>{who().device_name}</dd>
        <dt>{w().settings.version}</dt>
        <dd>{__APP_VERSION__}</dd>
      </dl>
    )}
  </Show>
)

const Leave = (): JSX.Element => {
  const [asking, setAsking] = createSignal(false)
  const [drafts, setDrafts] = createSignal(0)
  const open = async (): Promise<void> => {
    setDrafts((await readDrafts()).length)
    setAsking(true)
  }
  const losing = (): number => (glance()?.changes ?? 0) + drafts()
  const leave = async (): Promise<void> => {
    await ask('/leave', { method: 'POST', json: {}, limitMs: 10_000 }).catch(() => undefined)
    await wipe('signed_out')
  }
  return (
    <>
      <button class="button" data-kind="danger" data-wide="" type="button" onClick={() => void open()}>
        {w().settings.signOut}
      </button>
      <Show when={asking()}>
        <Sheet title={w().settings.signOut} onClose={() => setAsking(false)}>
          <p>{w().settings.signOutAsk}</p>
          <Show when={losing() > 0}>
            <Notice tone="bad">{w().settings.signOutUnsent(losing())}</Notice>
            <button class="button" data-wide="" type="button" onClick={() => void exportUnsent()}>
              {w().settings.exportUnsent}
            </button>
          </Show>
          <button class="button" data-kind="danger" data-wide="" type="button" onClick={() => void leave()}>
            {w().settings.signOutGo}
          </button>
          <button class="button" data-wide="" type="button" onClick={() => setAsking(false)}>
            {w().app.cancel}
          </button>
        </Sheet>
      </Show>
    </>
  )
}

export const SettingsPage = (): JSX.Element => (
  <Page title={w().settings.title} back="/">
    <Look />
    <WebpushCard />
    <LockCard />
    <Storage />
    <ul class="list">
      <li>
        <a class="list-item" href="#/sync">
          <Disc icon="sync" />
          <span class="grow title">{w().settings.syncDetails}</span>
          <Icon name="next" />
        </a>
      </li>
    </ul>
    <About />
    <Leave />
  </Page>
)
