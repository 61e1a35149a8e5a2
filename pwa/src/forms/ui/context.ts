/** What every part of the renderer needs: the session, the words, saving, files. One per opened form. */
import { createContext, untrack, useContext, type Accessor } from 'solid-js'
import type { AnyNode } from '@getodk/xforms-engine'
import type { Session } from '../session'
import type { Help } from '../guidance'
import type { FormWords } from '../words'

export interface Filler {
  session: Session
  words: FormWords
  /** An answer changed: a draft is saved after the next paint. */
  changed: () => void
  /** Registers typing that is not in the engine yet; `flush()` and leaving commit it. @returns takes it back. */
  pend: (commit: () => void) => () => void
  flush: () => void
  /** The person asked for the next page while something on this one does not pass: all faults are shown. */
  attempted: Accessor<boolean>
  /** Goes on as if "next" was pressed (quick appearance). */
  next: () => void
  /** Address of a form attachment's bytes for `src`; null when the phone lacks it. Lives as long as the form is open. */
  media: (name: string) => Promise<string | null>
  /** Address of a kept file's bytes. */
  kept: (name: string) => Promise<string | null>
  help: (node: AnyNode) => Help | null
  /** Offers to undo what was just removed, until the next page or removal. */
  offerUndo: (said: string, undo: () => Promise<void>) => void
}

export const FillerContext = createContext<Filler>()

export function useFiller(): Filler {
  const filler = useContext(FillerContext)
  if (!filler) throw new Error('a part of the renderer stands outside its form')
  return filler
}

/** The node a part was made for. Parts are made anew for another node, so it never changes under them. */
export function useNode<Node>(props: { readonly node: Node }): Node {
  return untrack(() => props.node)
}
