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
    while (dirty) {
      dirty = false
      try {
        await save()
        onFailed(false)
      } catch (error) {
        dirty = true
        onFailed(true)
        throw error
      }
    }
  }
  const now = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flush()
    running ??= run().finally(() => (running = undefined))
    return running
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
