/** When to try again: full jitter under a growing cap, so that phones that fell together do not come back together.
 *
 * Mirror of sync/backoff.py. Randomness is an argument.
 */

export const FIRST_MS = 2_000
export const CAP_MS = 300_000

/** Wait in ms after so many failures in a row (1 the first time). `random` in [0, 1). */
export function nextTryMs(failures: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(Math.max(failures, 1) - 1, 20))
  return retryAfterMs + Math.max(500, Math.floor(random * ceiling))
}
