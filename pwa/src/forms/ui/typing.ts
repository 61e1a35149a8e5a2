/** Typing into a question: the engine hears of it when the person pauses, leaves the field or the page, or the app hides.
 *
 * Recomputing a large form at every keystroke would make a cheap phone stutter; a pause of 300 ms is not noticed. */
import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from 'solid-js'
import { useFiller } from './context'

const PAUSE_MS = 300

export interface Typing {
  text: Accessor<string>
  type: (text: string) => void
  /** Gives what was typed to the engine now. */
  commit: () => void
}

/** @param stored the answer as text to show; @param accept gives text to the engine, after which `stored` is shown anew. */
export function useTyping(stored: Accessor<string>, accept: (text: string) => void): Typing {
  const filler = useFiller()
  const [text, setText] = createSignal(untrack(stored))
  let typed: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const commit = (): void => {
    clearTimeout(timer)
    if (typed === null) return
    const said = typed
    typed = null
    if (said === untrack(stored)) return
    accept(said)
    filler.changed()
  }
  // An answer that changes by itself (calculation, trigger, undo) shows, but never under the person's fingers.
  createEffect(on(stored, (now) => typed === null && setText(now), { defer: true }))
  const takeBack = filler.pend(commit)
  onCleanup(() => {
    commit()
    takeBack()
  })
  return {
    text,
    type(now) {
      typed = now
      setText(now)
      clearTimeout(timer)
      timer = setTimeout(commit, PAUSE_MS)
    },
    commit,
  }
}
