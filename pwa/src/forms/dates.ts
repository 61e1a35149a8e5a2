/** Dates and times as ODK writes them: with the phone's own offset at that moment. Pure but for the zone of the device. */

/** "08:05" -> "08:05:00.000+07:00"; '' stays ''. @param at any moment of the day meant, for the offset. */
export const localTime = (text: string, at: Date): string => (text === '' ? '' : `${text.slice(0, 5)}:00.000${offset(at)}`)

/** "2026-11-26T08:05" -> "2026-11-26T08:05:00.000+07:00"; '' stays ''. */
export const localDateTime = (text: string): string => (text === '' ? '' : `${text.slice(0, 16)}:00.000${offset(new Date(text))}`)

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset()
  const [sign, size] = minutes < 0 ? ['-', -minutes] : ['+', minutes]
  return `${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

const pad = (n: number): string => String(n).padStart(2, '0')

/** @returns ISO date; '' while a part is missing; null for a date that does not exist (31 February). */
export function partialDate(year: string, month: string, day: string): string | null {
  if (year === '' || month === '' || day === '') return ''
  if (!/^\d{4}$/.test(year)) return null
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const iso = `${year}-${pad(Number(month))}-${pad(Number(day))}`
  return date.toISOString().slice(0, 10) === iso ? iso : null
}
