/** Which alert revisions this phone has shown, so that webpush and sync together show each at most once (I15). */
import { getState, putState, writeStrictly } from '../store/database'
import { nameOf, tagOf, type AlertPayload } from './notice'

const KEPT = 400

/** Remembers before it is shown, so that two deliveries of one revision never show twice. An earlier revision that comes
 * after a later one of the same root is not shown at all. */
export async function isFirst(payload: AlertPayload): Promise<boolean> {
  return writeStrictly(['state'], async (tx) => {
    const shown = (await getState(tx, 'shown')) ?? {}
    const root = tagOf(payload)
    if (shown[nameOf(payload)] || (shown[root] ?? 0) > payload.revision) return false
    const kept = Object.entries({ ...shown, [nameOf(payload)]: Date.now(), [root]: payload.revision }).slice(-KEPT)
    await putState(tx, 'shown', Object.fromEntries(kept))
    return true
  })
}
