/** One form on the screen: new, a draft, or a submission to amend. Storage is ours, drawing and checking the renderer's. */
import { createResource, createSignal, For, Match, onCleanup, Show, Switch, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { OpenedForm } from '../../forms/contract'
import { Icon } from '../parts/icon'
import { Empty, Loading, Notice, Sheet } from '../parts/page'
import { deleteDraft } from '../../store/drafts'
import type { Draft } from '../../store/records'
import { areas, tell } from '../phone'
import { go, goBack } from '../router'
import { w } from '../words'
import { beginDraft, openDraft, type Saving } from './session'

interface Props {
  form?: string
  draft?: string
  submission?: string
}

type Opening = { state: 'open'; form: OpenedForm; draft: Draft } | { state: 'missing' } | { state: 'area'; of: string[] } | { state: 'failed'; why: string }

export const Fill = (props: Props): JSX.Element => {
  const [saving, setSaving] = createSignal<Saving>('saved')
  const [area, setArea] = createSignal(areas().length === 1 ? (areas()[0]?.code ?? '') : '')
  const [dropping, setDropping] = createSignal(false)
  let opened: OpenedForm | undefined

  const [opening] = createResource(
    () => ({ ...props, area: area() }),
    async (asked): Promise<Opening> => {
      const begun = await beginDraft(asked)
      if (begun === 'missing') return { state: 'missing' }
      if (begun === 'area') return { state: 'area', of: areas().map((one) => one.code) }
      try {
        const form = await openDraft(begun, { saving: setSaving, done: leave })
        opened = form
        return { state: 'open', form, draft: begun.draft }
      } catch (fault) {
        console.error(fault)
        return { state: 'failed', why: fault instanceof Error ? fault.message : '' }
      }
    },
  )
  const leave = (word: string): void => {
    opened?.dispose()
    opened = undefined
    go('/outbox', 'replace')
    tell(word)
  }
  onCleanup(() => {
    const form = opened
    opened = undefined
    void form?.save().catch(() => undefined).finally(() => form.dispose())
  })
  const close = async (): Promise<void> => {
    try {
      await opened?.save()
    } catch {
      setSaving('failed')
      return
    }
    goBack('/forms')
  }
  const state = <S extends Opening['state']>(name: S): Extract<Opening, { state: S }> | false => {
    const now = opening()
    return now?.state === name ? (now as Extract<Opening, { state: S }>) : false
  }
  const title = (): string => {
    const now = state('open')
    return now ? now.form.title : w().forms.title
  }
  return (
    <>
      <header class="bar" data-back="">
        <button class="icon-button" type="button" aria-label={w().app.back} onClick={() => void close()}>
          <Icon name="back" />
        </button>
        <h1>{title()}</h1>
        <Show when={state('open')}>
          <span class="soft saving" role="status" data-state={saving()}>
            {saving() === 'failed' ? w().fill.notSaved : saving() === 'saving' ? w().fill.saving : w().fill.saved}
          </span>
          <button class="icon-button" type="button" aria-label={w().fill.deleteDraft} onClick={() => setDropping(true)}>
            <Icon name="cross" />
          </button>
        </Show>
      </header>
      <main class="page fill" id="main">
        <Switch fallback={<Loading />}>
          <Match when={state('open')}>
            {(now) => (
              <>
                <Show when={saving() === 'failed'}>
                  <Notice tone="bad" live>
                    {w().fill.notSaved}
                  </Notice>
                </Show>
                <Dynamic component={now().form.View} />
              </>
            )}
          </Match>
          <Match when={state('area')}>
            <section class="stack">
              <h2>{w().fill.chooseArea}</h2>
              <div class="choices">
                <For each={areas()}>
                  {(one) => (
                    <button class="choice" type="button" onClick={() => setArea(one.code)}>
                      <Icon name="place" />
                      {one.name}
                    </button>
                  )}
                </For>
              </div>
            </section>
          </Match>
          <Match when={state('missing')}>
            <Empty icon="form" title={w().fill.failed} hint={w().fill.notHere} />
          </Match>
          <Match when={state('failed')}>
            {(now) => (
              <Empty icon="warn" title={w().fill.failed} hint={now().why}>
                <button class="button" type="button" onClick={() => location.reload()}>
                  {w().app.retry}
                </button>
              </Empty>
            )}
          </Match>
        </Switch>
      </main>
      <Show when={dropping() && state('open')}>
        {(now) => (
          <Sheet title={w().fill.deleteDraft} onClose={() => setDropping(false)}>
            <p>{w().fill.deleteDraftAsk}</p>
            <button
              class="button"
              data-kind="danger"
              data-wide=""
              type="button"
              onClick={() => {
                opened = undefined
                now().form.dispose()
                void deleteDraft(now().draft.id).then(() => go('/forms', 'replace'))
              }}
            >
              {w().fill.deleteDraft}
            </button>
            <button class="button" data-wide="" type="button" onClick={() => setDropping(false)}>
              {w().app.cancel}
            </button>
          </Sheet>
        )}
      </Show>
    </>
  )
}
