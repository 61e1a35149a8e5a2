/** Opens a form: engine, session, autosave; gives the shell a View. Loaded on demand with the engine. */
import { createRoot, createSignal } from 'solid-js'
import type { AnyNode } from '@getodk/xforms-engine'
import type { OpenForm } from '../contract'
import { loadEngine } from '../engine'
import { bare } from '../fields'
import { guidanceOf } from '../guidance'
import { Session } from '../session'
import { wordsOf } from '../words'
import { autosave } from './autosave'
import { FillerContext, type Filler } from './context'
import { Form } from './Form'
import { Addresses } from './addresses'
import './forms.css'

export const openForm: OpenForm = async (source, beginning, frame) => {
  const engine = await loadEngine(source, frame.areas)
  const session = await Session.begin(engine, source, beginning, frame)
  const addresses = new Addresses()
  const pending = new Set<() => void>()
  const flush = (): void => {
    for (const commit of [...pending]) commit()
  }

  return createRoot((disposeRoot) => {
    const [attempted, setAttempted] = createSignal(false)
    const [undoable, setUndoable] = createSignal<{ said: string; undo: () => Promise<void> } | null>(null)
    const [failed, setFailed] = createSignal(false)
    const saving = autosave(() => frame.saveDraft(session.draft()), flush, setFailed)
    const guidance = new Map<string, ReturnType<typeof guidanceOf>>()
    let next = (): void => undefined

    const filler: Filler = {
      session,
      words: wordsOf(frame.language),
      changed: saving.changed,
      pend(commit) {
        pending.add(commit)
        return () => void pending.delete(commit)
      },
      flush,
      attempted,
      next: () => next(),
      media: (name) => addresses.of(`form:${name}`, () => source.attachment(name)),
      kept: (name) => addresses.of(`kept:${name}`, () => frame.readFile(name)),
      help(node: AnyNode) {
        const language = session.root().currentState.activeLanguage.language
        let texts = guidance.get(language)
        if (!texts) guidance.set(language, (texts = guidanceOf(engine.shape, language)))
        return texts.get(bare(session.stable(node)))?.(session.snapshot().fields) ?? null
      },
      offerUndo: (said, undo) => setUndoable({ said, undo }),
    }

    const View = () => (
      <FillerContext.Provider value={filler}>
        <Form
          title={engine.shape.title || source.title}
          attempted={attempted()}
          setAttempted={setAttempted}
          undoable={undoable()}
          forgetUndo={() => setUndoable(null)}
          failed={failed()}
          onNext={(go) => (next = go)}
          save={saving.now}
        />
      </FillerContext.Provider>
    )

    return {
      title: engine.shape.title || source.title,
      View,
      save: saving.now,
      dispose() {
        saving.stop()
        addresses.release()
        engine.dispose()
        disposeRoot()
      },
    }
  })
}
