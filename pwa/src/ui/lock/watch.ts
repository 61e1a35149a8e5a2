/** Locks by itself: after so many idle minutes, or at once when the app comes back after longer. Locking loads the page
 * anew, so nothing that was read stays in memory; answers are saved as they are given, and a draft opens where it was. */
import { readState } from '../../store/database'
import { holdsCipher } from '../../store/sealing'
import { listen } from '../../store/watch'
import { sealOutbox, startSealing } from '../../transport/sealed'

const LOOK_MS = 1000
let touched_ms = Date.now()
let idle_ms = Infinity
let started = false

export async function lockNow(): Promise<void> {
  await sealOutbox().catch((fault: unknown) => console.warn('seal', fault))
  location.reload()
}

/** Once per tab, as soon as it holds the key; may be called before, and again. */
export function startWatching(): void {
  if (started) return
  started = true
  const touch = (): void => void (touched_ms = Date.now())
  for (const event of ['pointerdown', 'keydown', 'input', 'scroll']) document.addEventListener(event, touch, { capture: true, passive: true })
  listen((word) => {
    if (word.stores?.includes('state')) void readIdle()
  })
  setInterval(look, LOOK_MS)
  document.addEventListener('visibilitychange', look)
  void readIdle()
  startSealing()
}

async function readIdle(): Promise<void> {
  const minutes = (await readState('lock'))?.idle_minutes
  idle_ms = minutes ? minutes * 60_000 : Infinity
}

function look(): void {
  if (!holdsCipher()) touched_ms = Date.now()
  else if (Date.now() - touched_ms >= idle_ms) {
    touched_ms = Date.now()
    void lockNow()
  }
}
