/** A page that holds nothing but the form renderer, for tests/e2e/test_fill.py and tests/bench/fill.py. Never built into the app.
 *
 * `?form=NAME` opens /forms/NAME.xml with attachments from /forms/NAME/; drafts live in sessionStorage as the shell's would
 * in IndexedDB. `window.harness` tells the test what the shell was told. */
import { createResource, Show } from 'solid-js'
import { render } from 'solid-js/web'
import '../../ui/styles/index.css'
import type { Beginning, FilledForm, KeptFile } from '../contract'
import { openForm } from '../index'

interface Harness {
  saved: string | null
  saves: number
  files: string[]
  filled: FilledForm | null
  openedMs: number
  /** Saves the draft as leaving the screen would. */
  save: () => Promise<void>
  error: string
}

const harness: Harness = { saved: sessionStorage.getItem('draft'), saves: 0, files: [], filled: null, openedMs: 0, error: '', save: () => Promise.resolve() }
;(window as unknown as { harness: Harness }).harness = harness

const query = new URLSearchParams(location.search)
const name = query.get('form') ?? ''
const version = query.get('version') ?? '1'
const kept = new Map<string, Blob>()

async function sha256(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer())
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('')
}

function beginning(): Beginning {
  const fields = sessionStorage.getItem('fields')
  if (fields) return { from: 'submission', instanceId: 'harness', fields: JSON.parse(fields) as Record<string, string>, formVersion: version }
  if (harness.saved) return { from: 'draft', instanceId: 'harness', saved: harness.saved, formVersion: version }
  return { from: 'blank', instanceId: 'harness' }
}

async function open() {
  const began = performance.now()
  const formXml = await (await fetch(`/forms/${name}.xml`)).text()
  const opened = await openForm(
    {
      form: name,
      version,
      title: name,
      formXml,
      async attachment(file) {
        const answer = await fetch(`/forms/${name}/${file}`)
        return answer.ok ? answer.blob() : null
      },
    },
    beginning(),
    {
      language: query.get('language') === 'en' ? 'en' : 'vi',
      areas: (query.get('areas') ?? '').split(' ').filter(Boolean),
      async keepFile(file, bytes): Promise<KeptFile> {
        kept.set(file, bytes)
        harness.files = [...kept.keys()]
        return { name: file, sha256: await sha256(bytes), size: bytes.size, type: bytes.type }
      },
      readFile: (file) => Promise.resolve(kept.get(file) ?? null),
      saveDraft(draft) {
        harness.saved = draft.saved
        harness.saves += 1
        sessionStorage.setItem('draft', draft.saved)
        return Promise.resolve()
      },
      finalise(filled) {
        harness.filled = filled
        return Promise.resolve()
      },
    },
  )
  harness.save = opened.save
  requestAnimationFrame(() => setTimeout(() => (harness.openedMs = performance.now() - began)))
  return opened
}

const App = () => {
  const [opened] = createResource(() =>
    open().catch((error: unknown) => {
      harness.error = String(error)
      return null
    }),
  )
  return (
    <div class="frame" data-bare="">
      <header class="bar">
        <h1>{opened()?.title}</h1>
      </header>
      <main class="page">
        <Show when={opened()} fallback={<p role="status">{harness.error || '…'}</p>}>
          {(form) => <>{form().View({})}</>}
        </Show>
      </main>
    </div>
  )
}

render(App, document.getElementById('app') as HTMLElement)
