/** A failure as a sentence: the server's own where it gave one in the asked language, else the app's. */
import { Trouble } from '../transport/request'
import { w } from './words'

export function sentence(fault: unknown): string {
  if (fault instanceof Trouble) {
    if (fault.detail) return fault.detail
    const known = w().problems as Record<string, string>
    return known[fault.code] ?? w().problems.server
  }
  if (fault instanceof DOMException) return w().problems.storage
  return w().problems.unknown
}

/** A code of the server's without a sentence of its own. */
export const problemOf = (code: string): string => (w().problems as Record<string, string>)[code] ?? w().problems.server

/** Why the server refused a change. */
export function refusal(code: string | undefined): string {
  const known = w().refusals as Record<string, string>
  return known[code ?? ''] ?? w().refusals.other
}
