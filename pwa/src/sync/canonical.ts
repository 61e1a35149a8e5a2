/** One spelling of a JSON value in bytes, so that both languages hash and sign the same thing (RFC 8785, our subset).
 *
 * Mirror of sync/canonical.py. SHA-256 comes as an argument: this folder knows no crypto.
 */

import type { Change, Receipt } from './protocol'

/** Hex SHA-256 of bytes. */
export type Sha256 = (bytes: Uint8Array) => string | Promise<string>

/** Canonical UTF-8 bytes of a JSON value. Throws for a fraction, a lone surrogate or an integer beyond 2^53 - 1. */
export function canonical(value: unknown): Uint8Array {
  return new TextEncoder().encode(spell(value))
}

/** What the hash of a change covers: the replica and the change as it is on the wire. */
export function changeBytes(replica: string, change: Change): Uint8Array {
  return canonical({ change: withoutDefaults(change), replica })
}

/** Hex SHA-256 of one change of one replica: the same identity with another hash is another change. */
export async function changeHash(replica: string, change: Change, sha256: Sha256): Promise<string> {
  return sha256(changeBytes(replica, change))
}

/** What the server signs and the phone verifies: every member but the signature. */
export function receiptBytes(receipt: Receipt): Uint8Array {
  const { epoch, replica, up_to, chain, at_ms } = receipt
  return canonical({ at_ms, chain, epoch, replica, up_to })
}

/** A change as it is on the wire: members with their default left off. Always present: sequence, intent, kind, id. */
export function withoutDefaults(change: Change): Record<string, unknown> {
  const body: Record<string, unknown> = {
    sequence: change.sequence,
    intent: change.intent,
    kind: change.kind,
    id: change.id,
  }
  if (change.base) body.base = change.base
  if (change.fields && Object.keys(change.fields).length) body.fields = change.fields
  if (change.before && Object.keys(change.before).length) body.before = change.before
  if (change.settles?.length) body.settles = change.settles
  if (change.made_at_ms) body.made_at_ms = change.made_at_ms
  return body
}

function spell(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return spellText(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError('only integers within 2^53 - 1 have a place on the wire')
    return String(value)
  }
  if (Array.isArray(value)) return `[${value.map(spell).join(',')}]`
  if (typeof value === 'object') {
    const object = value as Record<string, unknown>
    // JavaScript compares strings by UTF-16 units, which is the order RFC 8785 asks for.
    const members = Object.keys(object).sort().map((name) => `${spellText(name)}:${spell(object[name])}`)
    return `{${members.join(',')}}`
  }
  throw new TypeError(`${typeof value} has no place on the wire`)
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

function spellText(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new RangeError('lone surrogate has no canonical form')
  return JSON.stringify(text)
}
