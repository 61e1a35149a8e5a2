/** The first screen of a phone that is not enrolled: what the app is, and how to get in. */
import { createResource, createSignal, Show, type JSX } from 'solid-js'
import { Notice } from '../parts/page'
import { settings } from '../phone'
import { go } from '../router'
import { language, speak, w } from '../words'
import { saveSettings } from '../../store/identity'
import type { Session } from '../../store/records'
import { askJson } from '../../transport/request'

export const Brand = (): JSX.Element => (
  <div class="brand">
    <img src="/icons/icon.svg" alt="" width="72" height="72" />
    <h1>{w().app.name}</h1>
    <p>{w().app.tagline}</p>
  </div>
)

export const LanguageSwitch = (): JSX.Element => {
  const choose = (chosen: 'vi' | 'en'): void => {
    void saveSettings({ language: chosen })
    void speak(chosen)
  }
  return (
    <div class="row" role="group" aria-label={w().settings.language}>
      <button class="button" data-kind="plain" type="button" lang="vi" aria-pressed={language() === 'vi'} onClick={() => choose('vi')}>
        Tiếng Việt
      </button>
      <button class="button" data-kind="plain" type="button" lang="en" aria-pressed={language() === 'en'} onClick={() => choose('en')}>
        English
      </button>
    </div>
  )
}

/** The code itself, or a whole invitation link pasted. */
const codeIn = (text: string): string => text.trim().split('/enrol/').pop()?.trim() ?? ''

/** The cookie still says who this is, but nothing rests here: the browser, or a person, emptied the app's storage. */
const readWiped = async (): Promise<string> => (settings().left ? '' : await askJson<Session>('/me').then(({ name }) => name, () => ''))

export const Welcome = (): JSX.Element => {
  const [code, setCode] = createSignal('')
  const [wiped] = createResource(readWiped)
  return (
    <main class="welcome" id="main">
      <Brand />
      <Show when={settings().left}>
        {(left) => <Notice tone={left() === 'revoked' ? 'bad' : 'calm'}>{left() === 'revoked' ? w().welcome.wiped : w().welcome.signedOut}</Notice>}
      </Show>
      <Show when={wiped()}>{(name) => <Notice tone="bad">{w().welcome.emptied(name())}</Notice>}</Show>
      <p>{w().welcome.lead}</p>
      <ol class="steps">
        <li>{w().welcome.step1}</li>
        <li>{w().welcome.step2}</li>
        <li>{w().welcome.step3}</li>
      </ol>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (codeIn(code())) go(`/enrol/${encodeURIComponent(codeIn(code()))}`)
        }}
      >
        <div class="field">
          <label for="code">{w().welcome.codeLabel}</label>
          <input id="code" class="input" autocomplete="off" autocapitalize="none" spellcheck={false} value={code()} onInput={(event) => setCode(event.currentTarget.value)} />
        </div>
        <button class="button" data-kind="main" data-big="" data-wide="" type="submit">
          {w().welcome.codeGo}
        </button>
      </form>
      <LanguageSwitch />
    </main>
  )
}
