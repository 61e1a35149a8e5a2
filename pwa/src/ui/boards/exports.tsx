/** Exports: what one may see, as files; counted while it comes, and one may stop it. */
import { createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { readItems } from '../../store/items'
import { askJson, Trouble } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Notice } from '../parts/page'
import { sentence } from '../sentence'
import { size } from '../when'
import { language } from '../words'
import { BoardPage } from './parts'
import { b } from './words'

interface AreaName {
  area: string
  name: string
  kind: string
  valid_to_ms: number | null
}

interface Coming {
  name: string
  bytes: number
  stop: AbortController
}

/** Reads a file piece by piece and hands it to the browser. Throws Trouble; an abort is no trouble. */
async function fetchFile(path: string, name: string, stop: AbortController, on: (bytes: number) => void): Promise<number> {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', signal: stop.signal, headers: { 'Accept-Language': language() } }).catch((why: unknown) => {
    throw why instanceof DOMException && why.name === 'AbortError' ? why : new Trouble('offline', '')
  })
  if (!answer.ok || !answer.body) {
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string }
    throw new Trouble(problem.code ?? 'server', problem.detail ?? '', answer.status)
  }
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const reader = answer.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    bytes += value.length
    on(bytes)
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(pieces, { type: answer.headers.get('Content-Type') ?? '' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return bytes
}

export const ExportsBoard = (): JSX.Element => {
  const [form, setForm] = createSignal('')
  const [area, setArea] = createSignal('')
  const [since, setSince] = createSignal('')
  const [coming, setComing] = createSignal<Coming>()
  const [said, setSaid] = createSignal('')
  const [fault, setFault] = createSignal('')
  const [forms] = createResource(async () => (await readItems('form')).map((one) => ({ id: one.id, title: one.fields['title'] ?? one.id })))
  const [areas] = createResource(async () => (await askJson<AreaName[]>('/areas').catch(() => [])).filter((one) => one.kind === 'commune' && one.valid_to_ms === null))
  const get = async (file: string): Promise<void> => {
    const asked = new URLSearchParams()
    if (file.startsWith('submissions') || file.startsWith('files')) {
      if (form()) asked.set('form', form())
      if (area()) asked.set('area', area())
      if (since()) asked.set('since', String(Date.parse(`${since()}T00:00:00+07:00`)))
    }
    const stop = new AbortController()
    setSaid('')
    setFault('')
    setComing({ name: file, bytes: 0, stop })
    try {
      const bytes = await fetchFile(`/exports/${file}?${asked.toString()}`, file, stop, (n) => setComing({ name: file, bytes: n, stop }))
      setSaid(b().exports.got(file, size(bytes)))
    } catch (why) {
      if (!stop.signal.aborted) setFault(sentence(why))
    }
    setComing(undefined)
  }
  const Files = (props: { title: string; hint: string; what: string; kinds: string[] }): JSX.Element => (
    <li class="pick-row export-row">
      <div class="grow">
        <b>{props.title}</b>
        <p class="soft">{props.hint}</p>
      </div>
      <div class="row">
        <For each={props.kinds}>
          {(kind) => (
            <button class="button small" type="button" disabled={!!coming()} aria-label={`${props.title}: ${b().exports.get(kind.toUpperCase())}`} onClick={() => void get(`${props.what}.${kind}`)}>
              <Icon name="file" />
              {kind === 'geojson' ? 'GeoJSON' : kind.toUpperCase()}
            </button>
          )}
        </For>
      </div>
    </li>
  )
  return (
    <BoardPage title={b().tabs.exports} lead={b().exports.lead} fault={fault()}>
      <div class="filters">
        <select class="input small" aria-label={b().exports.form} onChange={(event) => setForm(event.currentTarget.value)}>
          <option value="">{`${b().exports.form}: ${b().all.toLowerCase()}`}</option>
          <For each={forms()}>{(one) => <option value={one.id}>{one.title}</option>}</For>
        </select>
        <select class="input small" aria-label={b().exports.area} onChange={(event) => setArea(event.currentTarget.value)}>
          <option value="">{`${b().exports.area}: ${b().all.toLowerCase()}`}</option>
          <For each={areas()}>{(one) => <option value={one.area}>{one.name}</option>}</For>
        </select>
        <label class="row soft">
          {b().exports.since}
          <input class="input small" type="date" value={since()} onInput={(event) => setSince(event.currentTarget.value)} />
        </label>
      </div>
      <ul class="list">
        <Files title={b().exports.submissions} hint={b().exports.submissionsHint} what="submissions" kinds={['csv', 'xlsx', 'geojson']} />
        <Files title={b().exports.files} hint={b().exports.filesHint} what="files" kinds={['zip']} />
        <Files title={b().exports.topics} hint={b().exports.topicsHint} what="topics" kinds={['csv', 'xlsx']} />
        <Files title={b().exports.sync} hint={b().exports.syncHint} what="sync-status" kinds={['csv', 'xlsx']} />
      </ul>
      <div aria-live="polite">
        <Show when={coming()}>
          {(one) => (
            <div class="notice">
              <Icon name="sync" />
              <span class="grow">{b().exports.getting(size(one().bytes))}</span>
              <button class="button small" type="button" onClick={() => one().stop.abort()}>{b().exports.stop}</button>
            </div>
          )}
        </Show>
        <Show when={said()}>{(text) => <Notice tone="good">{text()}</Notice>}</Show>
      </div>
      <p class="soft">{b().exports.safe}</p>
      <p class="soft">
        <a href="/api" target="_blank" rel="noopener">{b().exports.api}</a> · {b().exports.apiHint}
      </p>
    </BoardPage>
  )
}
