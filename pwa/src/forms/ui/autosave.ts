/** Saves the draft after an answer, once the screen has painted; one save at a time, nothing lost between two.
 *
 * Hiding the page (the phone's home button, a call) saves at once: Android may kill a hidden page without a word. */

export interface Autosave {
  changed: () => void
  /** Commits what is being typed and saves if anything changed. Rejects when the draft could not be kept. */
  now: () => Promise<void>
  stop: () => void
}

export function autosave(save: () => Promise<void>, flush: () => void, onFailed: (failed: boolean) => void): Autosave {
  let dirty = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    try {
      while (dirty) {
        dirty = false
        await save()
        onFailed(false)
      }
    } catch (error) {
      dirty = true
      onFailed(true)
      throw error
    } finally {
      running = undefined
    }
  }
  const now = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flush()
    // A save under way sees `dirty` again before it ends.
    if (!running && dirty) running = run()
    return running ?? Promise.resolve()
  }
  const quietly = (): void => void now().catch((error: unknown) => console.warn('draft not saved', error))
  const changed = (): void => {
    dirty = true
    // After the frame that shows the answer, so that saving never delays it.
    timer ??= setTimeout(() => requestAnimationFrame(() => setTimeout(quietly)), 0)
  }
  const hidden = (): void => {
    if (document.visibilityState === 'hidden') quietly()
  }
  document.addEventListener('visibilitychange', hidden)
  window.addEventListener('pagehide', quietly)
  return {
    changed,
    now,
    stop() {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', hidden)
      window.removeEventListener('pagehide', quietly)
    },
  }
}
