/** What GET /boards/areas and /boards/sync-status answer, and what a map may shade communes by. */
import { b } from './words'

/** One replica of one device. Times in ms by the server's clock; 0 or null where it never happened. */
export interface DeviceRow {
  person: string
  person_name: string
  contact: string
  areas: string[]
  device: string
  device_name: string
  enrolled_at_ms: number
  revoked_at_ms: number | null
  replica: string
  last_contact_at_ms: number
  made: number
  received: number
  missing: number
  held: number
  lost: number
  oldest_unsent_at_ms: number
  drafts: number
  attention: number
  conflicts: number
  app: string
  storage_used: number
  storage_quota: number
  persisted: number | null
  webpush: string
  skew_ms: number
  repairs: number
  forked_at_ms: number | null
}

export interface AreaRow {
  area: string
  name: string
  kind: string
  parent: string
  region: string
  latitude: number | null
  longitude: number | null
  standing: {
    people: number
    devices: number
    silent: number
    last_contact_at_ms: number
    missing: number
    lost: number
    oldest_unsent_at_ms: number
    old: number
    drafts: number
    attention: number
    proven: number
  } | null
  conflicts: number
  days: number[]
}

export const DAY_MS = 86_400_000
export const SILENT_MS = 3 * DAY_MS
export const MEASURES = ['silence', 'share', 'missing', 'oldest', 'arrivals', 'conflicts'] as const
export type Measure = (typeof MEASURES)[number]

/** Upper ends of the shades 0 to 3; above the last it is shade 4. */
export const STEPS: Record<Measure, readonly number[]> = {
  silence: [1, 3, 7, 14],
  share: [0, 25, 50, 75],
  missing: [0, 2, 5, 10],
  oldest: [0, 1, 3, 7],
  arrivals: [0, 2, 5, 10],
  conflicts: [0, 1, 3, 5],
}

const daysSince = (at: number, now: number): number => Math.floor((now - at) / DAY_MS)

/** What a measure says of an area; null where there is nothing to measure (no device). */
export function measured(row: AreaRow, measure: Measure, now: number): number | null {
  const one = row.standing
  if (measure === 'arrivals') return row.days.slice(-7).reduce((sum, n) => sum + n, 0)
  if (measure === 'conflicts') return row.conflicts
  if (!one || one.devices === 0) return null
  if (measure === 'missing') return one.missing
  if (measure === 'share') return Math.round((100 * one.silent) / one.devices)
  if (measure === 'oldest') return one.oldest_unsent_at_ms ? daysSince(one.oldest_unsent_at_ms, now) : 0
  return one.last_contact_at_ms ? daysSince(one.last_contact_at_ms, now) : null
}

/** 0 calm to 4 worst. For arrivals more is simply more, so it is shaded in another colour. */
export function shade(value: number | null, measure: Measure): number | undefined {
  if (value === null) return undefined
  const at = STEPS[measure].findIndex((step) => value <= step)
  return at < 0 ? 4 : at
}

export function legend(measure: Measure): string[] {
  const steps = STEPS[measure]
  const unit = b().sync.unit[measure]
  const with_ = (text: string): string => (unit === '%' ? `${text}%` : unit ? `${text} ${unit}` : text)
  return [...steps.map((step, i) => with_(i === 0 ? (step === 0 ? '0' : `≤ ${step}`) : steps[i - 1]! + 1 === step ? `${step}` : `${steps[i - 1]! + 1}–${step}`)), with_(`> ${steps[3]}`)]
}
