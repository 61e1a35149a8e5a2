/** A 64-bit digest of a set of items, whatever their order, so that both sides can tell that they hold the same.
 *
 * Mirror of sync/digest.py: two CRC-32 over the UTF-16 units (forwards and backwards), mixed by 32-bit multiplications.
 * A digest is a pair of unsigned 32-bit halves: no BigInt in the loop over 10,000 items.
 */

import { DIGEST_BUCKETS, type Item, type ItemKind } from './protocol'

export interface Digest {
  readonly high: number
  readonly low: number
}

export const EMPTY: Digest = { high: 0, low: 0 }

/** Digest of one item. `conflicts`: ids of its open conflicts, in any order. */
export function hashItem(
  kind: ItemKind,
  itemId: string,
  revision: number,
  deleted: boolean,
  conflicts: readonly string[],
): Digest {
  const head = `${kind}\n${itemId}\n${revision}\n${deleted ? '1' : '0'}`
  return hashText(conflicts.length ? [head, ...[...conflicts].sort()].join('\n') : head)
}

/** Digest of one item as a phone holds it. */
export function hashHeld(item: Item): Digest {
  const conflicts = item.conflicts?.length ? item.conflicts.map((conflict) => conflict.id) : []
  return hashItem(item.kind, item.id, item.revision, item.deleted ?? false, conflicts)
}

export function add(left: Digest, right: Digest): Digest {
  return { high: (left.high + right.high) >>> 0, low: (left.low + right.low) >>> 0 }
}

export function subtract(left: Digest, right: Digest): Digest {
  return { high: (left.high - right.high) >>> 0, low: (left.low - right.low) >>> 0 }
}

export function total(digests: Iterable<Digest>): Digest {
  let high = 0
  let low = 0
  for (const digest of digests) {
    high = (high + digest.high) >>> 0
    low = (low + digest.low) >>> 0
  }
  return { high, low }
}

/** Which of the DIGEST_BUCKETS buckets an item falls into, for its whole life. */
export function bucketOf(kind: ItemKind, itemId: string): number {
  return hashText(`${kind}\n${itemId}`).low % DIGEST_BUCKETS
}

/** 16 hex digits, the form on the wire. */
export function toText(digest: Digest): string {
  return digest.high.toString(16).padStart(8, '0') + digest.low.toString(16).padStart(8, '0')
}

/** Null when it is not 16 hex digits. */
export function fromText(text: string): Digest | null {
  if (!/^[0-9a-f]{16}$/.test(text)) return null
  return { high: parseInt(text.slice(0, 8), 16), low: parseInt(text.slice(8), 16) }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? 0xedb88320 ^ (word >>> 1) : word >>> 1
  return word
})

function hashText(text: string): Digest {
  let forwards = 0xffffffff
  let backwards = 0xffffffff
  for (let at = 0, end = text.length - 1; at <= end; at++) {
    const first = text.charCodeAt(at)
    forwards = CRC_TABLE[(forwards ^ first) & 0xff]! ^ (forwards >>> 8)
    forwards = CRC_TABLE[(forwards ^ (first >>> 8)) & 0xff]! ^ (forwards >>> 8)
    const last = text.charCodeAt(end - at)
    backwards = CRC_TABLE[(backwards ^ (last >>> 8)) & 0xff]! ^ (backwards >>> 8)
    backwards = CRC_TABLE[(backwards ^ last) & 0xff]! ^ (backwards >>> 8)
  }
  forwards = ~forwards
  backwards = ~backwards
  return { high: mix(forwards ^ mix(backwards)), low: mix(backwards ^ 0x9e3779b9 ^ mix(forwards + 0x7f4a7c15)) }
}

function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}
