/** Provable completeness: the chain over a replica's changes, the receipt for it, and what is still missing.
 *
 * Mirror of sync/receipt.py: rules RCPT-1 to RCPT-5. The signature is verified by the transport, with the key from the
 * enrolment, over canonical's receiptBytes; SHA-256 comes as an argument.
 */

import type { Sha256 } from './canonical'
import type { Range, Receipt } from './protocol'
import { covers, without } from './ranges'

/** The chain before the first change. */
export const START = '0'.repeat(64)
/** Stands for the hash of a sequence that the replica declared lost. */
export const LOST = '0'.repeat(64)

/** The last receipt that the phone verified and saved. */
export interface Anchor {
  readonly up_to: number
  readonly chain: string
}

export const FIRST_ANCHOR: Anchor = { up_to: 0, chain: START }

export type Check = 'proven' | 'older' | 'broken' | 'unproven'

/** The chain after these change hashes, in order of sequence. A link is SHA-256 over the ASCII of chain + hash. */
export async function extendChain(chain: string, hashes: Iterable<string>, sha256: Sha256): Promise<string> {
  const encoder = new TextEncoder()
  for (const changeHash of hashes) chain = await sha256(encoder.encode(chain + changeHash))
  return chain
}

/** Hashes of the sequences after..upTo; null when one is neither known nor lost. What was declared lost counts as lost
 * even when the phone has it still (it waits for a person's attention). */
export function links(
  after: number,
  upTo: number,
  hashes: ReadonlyMap<number, string>,
  lost: readonly Range[],
): string[] | null {
  const chosen: string[] = []
  for (let sequence = after + 1; sequence <= upTo; sequence++) {
    const link = covers(lost, sequence) ? LOST : (hashes.get(sequence) ?? null)
    if (link === null) return null
    chosen.push(link)
  }
  return chosen
}

/** Whether a receipt whose signature is good continues the anchor with this phone's own changes. */
export async function checkReceipt(
  anchor: Anchor,
  receipt: Receipt,
  hashes: ReadonlyMap<number, string>,
  lost: readonly Range[],
  sha256: Sha256,
): Promise<Check> {
  if (receipt.up_to < anchor.up_to) return 'older'
  const chosen = links(anchor.up_to, receipt.up_to, hashes, lost)
  if (chosen === null) return 'unproven'
  return (await extendChain(anchor.chain, chosen, sha256)) === receipt.chain ? 'proven' : 'broken'
}

/** What the server misses of 1..madeUpTo. `received`: what it has beyond receivedUpTo (held changes). */
export function gaps(
  receivedUpTo: number,
  received: Iterable<Range>,
  madeUpTo: number,
  lost: Iterable<Range> = [],
): Range[] {
  return without(receivedUpTo + 1, madeUpTo, [...received, ...lost])
}

/** The highest sequence up to which everything was judged or is lost. */
export function advance(receivedUpTo: number, judged: ReadonlySet<number>, lost: readonly Range[]): number {
  while (judged.has(receivedUpTo + 1) || covers(lost, receivedUpTo + 1)) receivedUpTo++
  return receivedUpTo
}
