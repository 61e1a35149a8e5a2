/** A parcel: changes that travel on a colleague's phone. Judged exactly as if the replica had pushed them itself.
 *
 * Mirror of sync/courier.py: rules COUR-1 to COUR-3. Sealing is the transport's.
 */

import { canonical } from './canonical'
import { nextBatch, type Entry } from './journal'
import { PROTOCOL_VERSION, type ParcelContents } from './protocol'

export const PARCEL_BYTES = 2_000_000
/** Up to so many sealed bytes an animated QR is offered; more goes by file. */
export const QR_BYTES = 4_000

/** What to seal: everything unsent, up to PARCEL_BYTES. */
export function packParcel(
  entries: Iterable<Entry>,
  replica: string,
  epoch: string,
  madeUpTo: number,
): ParcelContents {
  const changes = nextBatch(entries, replica, madeUpTo, PARCEL_BYTES)
  return { protocol: PROTOCOL_VERSION, epoch, replica, made_up_to: madeUpTo, changes }
}

/** Why an opened parcel is not judged, or "". `replica`: as named on the outside. */
export function refuseParcel(contents: ParcelContents, replica: string, epoch: string): string {
  if (contents.protocol > PROTOCOL_VERSION) return 'protocol_unknown'
  if (contents.replica !== replica) return 'seal_broken'
  return contents.epoch === epoch ? '' : 'epoch_changed'
}

export function goesByQr(contents: ParcelContents): boolean {
  return canonical(contents).length <= QR_BYTES
}
