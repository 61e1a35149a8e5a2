/** Times, numbers and sizes as the chosen language writes them, by Intl. Times are milliseconds of the epoch. */
import { createSignal } from 'solid-js'
import { language, w } from './words'

const made = new Map<string, unknown>()

/** A formatter costs far more to make than to use: one per kind and locale. */
function once<T>(kind: string, make: (locale: string) => T): T {
  const name = `${kind} ${locale()}`
  if (!made.has(name)) made.set(name, make(locale()))
  return made.get(name) as T
}

const locale = (): string => (language() === 'vi' ? 'vi-VN' : 'en-GB')
const [tick, setTick] = createSignal(Date.now())

/** The present, as a signal that moves twice a minute; only for what is shown. */
export const now = tick

export function startClock(): void {
  setInterval(() => setTick(Date.now()), 30_000)
  document.addEventListener('visibilitychange', () => setTick(Date.now()))
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

const SOON_MS = 10_000

/** "5 phút trước", "hôm qua", "vừa xong"; a date once it is more than six days away. A time of the past that the phone's
 * clock puts ahead reads as just now. */
export function ago(ms: number): string {
  now()
  const distance = Math.min(0, ms - Date.now())
  return distance > -SOON_MS ? w().app.justNow : relative(distance, ms)
}

/** "sau 20 giây nữa"; a moment that has come reads as right away. */
export function until(ms: number): string {
  now()
  const distance = ms - Date.now()
  return distance < 1000 ? w().app.atOnce : relative(distance, ms)
}

function relative(distance: number, ms: number): string {
  if (Math.abs(distance) > 6 * 86_400_000) return day(ms)
  const format = once('relative', (where) => new Intl.RelativeTimeFormat(where, { numeric: 'auto' }))
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) >= size) return format.format(Math.trunc(distance / size), unit)
  }
  return format.format(Math.trunc(distance / 1000 / 5) * 5 || Math.sign(distance), 'second')
}

export const day = (ms: number): string => 
  once('day', (where) => new Intl.DateTimeFormat(where, { day: '2-digit', month: '2-digit', year: 'numeric' })).format(ms)

export const moment = (ms: number): string =>
  once('moment', (where) => new Intl.DateTimeFormat(where, { hour: '2-digit', minute: '2-digit', day: '2-digit', month: '2-digit', year: 'numeric' })).format(ms)

export const amount = (n: number): string => once('amount', (where) => new Intl.NumberFormat(where)).format(n)

export function size(bytes: number): string {
  const [unit, value] = bytes >= 1e9 ? ['gigabyte', bytes / 1e9] : bytes >= 1e6 ? ['megabyte', bytes / 1e6] : ['kilobyte', bytes / 1e3]
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: unit, maximumFractionDigits: 1 }).format(value)
}

export function duration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  const [unit, value] = seconds >= 86_400 ? ['day', seconds / 86_400] : seconds >= 3600 ? ['hour', seconds / 3600] : seconds >= 60 ? ['minute', seconds / 60] : ['second', seconds]
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(value)
}
