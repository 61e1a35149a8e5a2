/** The last page: what is answered, what needs a look, what another version left over; then "finalise". */
import { createMemo, createSignal, For, Show, type Accessor, type Component } from 'solid-js'
import { shownLeaves, violationsOf, type Page } from '../pages'
import { isQuestion, nameOf } from './answers'
import { useFiller } from './context'
import { FormIcon } from './icons'

export interface Finish {
  busy: Accessor<boolean>
  failed: Accessor<boolean>
  /** Pages with something that does not pass. */
  faulty: Accessor<Page[]>
  finalise: () => Promise<void>
}

/** The end of the filling; its button stands in the bar under the thumb, its words on the last page. */
export function useFinish(pages: Accessor<Page[]>, atEnd: Accessor<boolean>): Finish {
  const { session } = useFiller()
  const [busy, setBusy] = createSignal(false)
  const [failed, setFailed] = createSignal(false)
  const faulty = createMemo(() => (atEnd() ? pages().filter((page) => violationsOf(page).length > 0) : []))
  const finalise = async (): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      const filled = await session.filled()
      // The form may have set an end time that a constraint looks at: look once more.
      if (faulty().length === 0) await session.frame.finalise(filled)
    } catch (error) {
      console.warn('not finalised', error)
      setFailed(true)
    } finally {
      setBusy(false)
    }
  }
  return { busy, failed, faulty, finalise }
}

export const EndPage: Component<{ pages: Page[]; finish: Finish; go: (key: string) => void }> = (props) => {
  const { session, words, changed } = useFiller()
  const questions = createMemo(() => [...shownLeaves(session.root())].filter(isQuestion))
  const answered = createMemo(() => questions().filter((leaf) => leaf.currentState.instanceValue !== '').length)
  // A page may hold several; an answer given meanwhile takes the place of one left over.
  const leftover = createMemo(() => {
    const { fields } = session.snapshot()
    return Object.entries(session.leftover()).filter(([field]) => fields[field] === undefined && !field.endsWith('#order'))
  })
  return (
    <div class="form-page form-end">
      <h2>{words.end}</h2>
      <p>{questions().length === 0 ? words.noQuestions : words.answered(answered(), questions().length)}</p>
      <Show
        when={props.finish.faulty().length > 0}
        fallback={
          <p class="notice" data-tone="good" role="status">
            {words.endReady} {words.endHint}
          </p>
        }
      >
        <section aria-live="polite">
          <h3 class="fault">{words.toFix(props.finish.faulty().reduce((sum, page) => sum + violationsOf(page).length, 0))}</h3>
          <ul class="form-overview">
            <For each={props.finish.faulty()}>
              {(page) => (
                <For each={violationsOf(page)}>
                  {(leaf) => (
                    <li>
                      <button type="button" class="form-overview-page" data-standing="fault" onClick={() => props.go(page.key)}>
                        <span class="form-mark" data-standing="fault">
                          <FormIcon name="warn" />
                        </span>
                        <span class="grow">
                          {leaf.currentState.label?.asString || nameOf(page, words)}
                          <span class="hint">{leaf.validationState.violation?.message?.asString || (leaf.validationState.violation?.condition === 'required' ? words.required : words.constraint)}</span>
                        </span>
                        <FormIcon name="next" />
                      </button>
                    </li>
                  )}
                </For>
              )}
            </For>
          </ul>
        </section>
      </Show>
      <Show when={leftover().length > 0}>
        <section class="notice" data-tone="wait">
          <div class="grow stack">
            <h3>{words.leftover}</h3>
            <p>{words.leftoverHint}</p>
            <ul class="form-leftover">
              <For each={leftover()}>
                {([field, value]) => (
                  <li class="row">
                    <span class="grow">
                      <span class="hint">{field.slice(field.lastIndexOf('/') + 1).replaceAll('_', ' ')}</span>
                      <br />
                      {value}
                    </span>
                    <button
                      type="button"
                      class="button"
                      onClick={() => {
                        session.discardLeftover(field)
                        changed()
                      }}
                    >
                      {words.leftoverDrop}
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </div>
        </section>
      </Show>
      <Show when={props.finish.failed()}>
        <p class="fault" role="alert">
          {words.finaliseFailed}
        </p>
      </Show>
    </div>
  )
}
