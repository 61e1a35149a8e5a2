/** Where a pull begins, where a page ends, what a phone need not hold. Mirror of sync/pull.py.
 *
 * On the phone the cursor stays opaque; packing is here for the vectors and for tests that play the server.
 */

import { canonical, type Sha256 } from './canonical'
import { ITEM_BUDGET, PROTOCOL_VERSION, type ItemKind, type SyncResponse } from './protocol'

export const PAGE_BYTES = 64 * 1024
export const LEAST_PAGE_BYTES = 4 * 1024
export const MOST_PAGE_BYTES = 1024 * 1024
export const KINDS: ReadonlySet<ItemKind> = new Set([
  'form',
  'area',
  'submission',
  'topic',
  'alert',
  'answer',
  'delivery',
])

export interface Cursor {
  readonly epoch: string
  readonly scope: string
  readonly position: number
}

export interface Begin {
  readonly after: number
  readonly reason: 'continued' | 'first' | 'rubbish' | 'epoch' | 'scope' | 'horizon' | 'ahead'
}

/** Opaque base64url text. Epoch and scope are ASCII without line breaks. */
export function packCursor(cursor: Cursor): string {
  const text = btoa(`${cursor.epoch}\n${cursor.scope}\n${cursor.position}`)
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Null for anything that `packCursor` did not write. */
export function unpackCursor(text: string): Cursor | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null
  const parts = atob(text.replaceAll('-', '+').replaceAll('_', '/')).split('\n')
  const [epoch, scope, position] = parts
  if (parts.length !== 3 || epoch === undefined || scope === undefined) return null
  if (position === undefined || !/^[0-9]{1,15}$/.test(position)) return null
  if (!/^[\x00-\x7f]*$/.test(epoch + scope)) return null
  const cursor = { epoch, scope, position: Number(position) }
  return packCursor(cursor) === text ? cursor : null
}

/** 16 hex digits that change whenever what the person may read changes. */
export async function scopeHash(
  person: string,
  role: string,
  areas: Iterable<string>,
  sha256: Sha256,
): Promise<string> {
  return (await sha256(canonical([person, role, [...areas].sort()]))).slice(0, 16)
}

/** Where the page begins. `head`: the feed's last position; `horizon`: the oldest position still served. */
export function begin(text: string, epoch: string, scope: string, head: number, horizon: number): Begin {
  if (!text) return { after: 0, reason: 'first' }
  const cursor = unpackCursor(text)
  if (cursor === null) return { after: head, reason: 'rubbish' }
  if (cursor.epoch !== epoch) return { after: 0, reason: 'epoch' }
  if (cursor.scope !== scope) return { after: head, reason: 'scope' }
  if (cursor.position > head) return { after: head, reason: 'ahead' }
  if (cursor.position < horizon) return { after: head, reason: 'horizon' }
  return { after: cursor.position, reason: 'continued' }
}

/** Whether a decoded answer to POST /sync is one that this version knows in full: else nothing of it is saved, and above
 * all not its cursor (PULL-6). A captive portal's answer is none either. */
export function isUnderstood(answer: unknown): answer is SyncResponse {
  if (!isObject(answer) || answer.protocol !== PROTOCOL_VERSION || !answer.epoch) return false
  const named = [...listOf(answer.items), ...listOf(answer.gone)]
  return named.every((one) => isObject(one) && KINDS.has(one.kind as ItemKind) && Boolean(one.id))
}

/** Bytes of items in one page, out of the request's page_bytes (0: no wish). */
export function pageBudget(asked: number): number {
  return asked > 0 ? Math.min(Math.max(asked, LEAST_PAGE_BYTES), MOST_PAGE_BYTES) : PAGE_BYTES
}

/** How many of the items (sizes in bytes, in order) go into the page: at least one, so that pulls advance. */
export function cutPage(sizes: readonly number[], budget: number): number {
  let used = 0
  for (const [number, size] of sizes.entries()) {
    used += size
    if (used > budget && number) return number
  }
  return sizes.length
}

/** The position of the next cursor: of the last row sent while there is more, else the head that was read. */
export function nextPosition(after: number, sent: readonly number[], more: boolean, head: number): number {
  const last = sent.at(-1) ?? after
  return Math.max(after, more ? last : head)
}

/** Whether an item over the budget may leave the phone: nothing that still asks something of somebody. */
export function mayLeave(kind: string, state: string, openConflicts: number): boolean {
  if (openConflicts) return false
  return kind === 'topic' ? state === 'closed' : ['submission', 'answer', 'delivery'].includes(kind)
}

/** At or below which position items that may leave do leave; 0 when all fit. `leaving`: oldest first. */
export function chooseFloor(held: number, leaving: readonly number[], budget: number = ITEM_BUDGET): number {
  const excess = Math.min(held - budget, leaving.length)
  return excess > 0 ? leaving[excess - 1]! : 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
