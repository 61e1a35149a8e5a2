/** The whole form: progress and overview on top, one page, back and next under the thumb, at the end the review. */
import { createEffect, createMemo, createSignal, For, Match, on, onMount, Show, Switch, untrack, type Component } from 'solid-js'
import { findPage, pagesOf, violationsOf, type Page, type QuestionPage as QuestionsOf } from '../pages'
import { useFiller } from './context'
import { EndPage, useFinish } from './EndPage'
import { FormIcon } from './icons'
import { Overview } from './Overview'
import { QuestionPage } from './QuestionPage'
import { RepeatPage } from './RepeatPage'

export const END = '#end'

interface Props {
  title: string
  attempted: boolean
  setAttempted: (attempted: boolean) => void
  undoable: { said: string; undo: () => Promise<void> } | null
  forgetUndo: () => void
  failed: boolean
  onNext: (go: () => void) => void
  save: () => Promise<void>
}

export const Form: Component<Props> = (props) => {
  const filler = useFiller()
  const { session, words } = filler
  const pages = createMemo((): Page[] => pagesOf(session))
  const [key, setKey] = createSignal(session.page || untrack(() => pages()[0]?.key ?? END))
  const [overview, setOverview] = createSignal(false)
  let before: readonly Page[] = untrack(pages)
  let top: HTMLDivElement | undefined
  // A page may stop applying while it is shown: its neighbour takes over.
  const at = createMemo((): number => {
    const now = pages()
    const index = key() === END ? now.length : findPage(now, key(), before)
    before = now
    return index
  })
  const finish = useFinish(() => pages(), () => at() >= pages().length)
  const page = createMemo((): Page | undefined => pages()[at()])
  // The node objects of a rebuilt instance are new; the key and the root together say when to draw afresh.
  const shown = createMemo(() => ({ key: page()?.key ?? END, root: session.root() }), undefined, {
    equals: (a, b) => a.key === b.key && a.root === b.root,
  })

  const go = (target: string): void => {
    filler.flush()
    props.setAttempted(false)
    props.forgetUndo()
    setKey(target)
    session.page = target
    void props.save().catch(() => undefined)
    window.scrollTo(0, 0)
    top?.scrollIntoView({ block: 'start' })
    top?.focus({ preventScroll: true })
  }
  const next = (): void => {
    filler.flush()
    const current = page()
    const faults = current ? untrack(() => violationsOf(current)) : []
    if (faults.length > 0 && !props.attempted) {
      props.setAttempted(true)
      queueMicrotask(() => top?.querySelector<HTMLElement>('[data-fault] :is(input, select, textarea, button)')?.focus())
      return
    }
    go(pages()[at() + 1]?.key ?? END)
  }
  const back = (): void => {
    const previous = pages()[at() - 1]
    if (previous) go(previous.key)
  }
  onMount(() => props.onNext(next))
  createEffect(on(shown, () => props.setAttempted(false), { defer: true }))

  return (
    <div class="form" ref={(element) => (top = element)} tabIndex={-1}>
      <div class="form-top">
        <button type="button" class="form-progress" onClick={() => setOverview(true)} aria-haspopup="dialog">
          <span class="unseen">{words.overview}. </span>
          <span class="number">{at() < pages().length ? words.progress(at() + 1, pages().length) : words.end}</span>
          <span class="meter" aria-hidden="true">
            <i style={{ width: `${(100 * at()) / Math.max(pages().length, 1)}%` }} />
          </span>
          <FormIcon name="list" />
        </button>
        <Languages />
      </div>
      <Show when={props.failed}>
        <p class="notice" data-tone="bad" role="alert">
          {words.notSaved}
        </p>
      </Show>
      <Show when={session.engine.missing.length > 0 && at() === 0}>
        <p class="notice" data-tone="wait">
          {words.missingFiles(session.engine.missing.join(', '))}
        </p>
      </Show>
      {/* Keyed: a new page is new elements, so no focus, scroll or half-typed text leaks from one to the next. */}
      <Show when={shown()} keyed>
        {({ key }) => {
          const kind = key === END ? 'end' : untrack(page)?.kind
          return (
            <Switch fallback={<EndPage pages={pages()} finish={finish} go={go} />}>
              <Match when={kind === 'questions'}>
                <QuestionPage page={asQuestions(page())} />
              </Match>
              <Match when={kind === 'repeat' && untrack(page)} keyed>
                {(now) => now.kind === 'repeat' && <RepeatPage page={now} go={go} pages={pages} />}
              </Match>
            </Switch>
          )
        }}
      </Show>
      <div class="form-bar">
        <Show when={props.undoable}>
          {(undoable) => (
            <p class="form-undo" role="status">
              <span class="grow">{undoable().said}</span>
              <button
                type="button"
                class="button"
                onClick={() => {
                  const { undo } = undoable()
                  props.forgetUndo()
                  void undo().then(filler.changed)
                }}
              >
                {words.undo}
              </button>
            </p>
          )}
        </Show>
        <Show when={props.attempted && page() && violationsOf(page() as Page).length}>
          {(count) => (
            <p class="fault" role="alert">
              {words.faults(count())}
            </p>
          )}
        </Show>
        <button type="button" class="button" data-big="" onClick={back} disabled={at() === 0}>
          <FormIcon name="back" />
          {words.back}
        </button>
        <Show
          when={at() < pages().length}
          fallback={
            <button type="button" class="button grow" data-big="" data-kind="main" data-finalise="" disabled={finish.busy() || finish.faulty().length > 0} onClick={() => void finish.finalise()}>
              <FormIcon name="check" />
              {finish.busy() ? words.finalising : words.finalise}
            </button>
          }
        >
          <button type="button" class="button grow" data-big="" data-kind="main" onClick={next}>
            {props.attempted && violationsOf(page() as Page).length > 0 ? words.skip : words.next}
            <FormIcon name="next" />
          </button>
        </Show>
      </div>
      <Show when={overview()}>
        <Overview pages={pages()} at={at()} go={go} onClose={() => setOverview(false)} />
      </Show>
    </div>
  )
}

/** While one page gives way to another, the leaving one has nothing to draw. */
const asQuestions = (page: Page | undefined): QuestionsOf => (page?.kind === 'questions' ? page : { kind: 'questions', key: '', nodes: [], trail: [] })

const Languages: Component = () => {
  const { session, words, changed } = useFiller()
  const names = (): string[] => session.root().languages.flatMap((language) => (language.isSyntheticDefault ? [] : [language.language]))
  return (
    <Show when={names().length > 1}>
      <select
        class="input form-language"
        aria-label={words.language}
        onChange={(event) => {
          session.chooseLanguage(event.currentTarget.value)
          changed()
        }}
      >
        <For each={names()}>
          {(name) => (
            <option value={name} selected={name === session.root().currentState.activeLanguage.language}>
              {name.replace(/\s*\([a-z-]+\)\s*$/i, '')}
            </option>
          )}
        </For>
      </select>
    </Show>
  )
}
