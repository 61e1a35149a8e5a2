/** What a stored value looks like to a person. Pure; dates are written out by hand, never through a time zone. */
import type { Language } from './contract'

export type Kind = 'text' | 'number' | 'date' | 'time' | 'dateTime' | 'place' | 'file' | 'choice' | 'choices' | 'rank' | 'trigger'

/** @param choice label of a choice value. */
export function humanValue(kind: Kind, value: string, language: Language, choice: (value: string) => string): string {
  switch (kind) {
    case 'choice':
      return choice(value)
    case 'choices':
      return words(value).map(choice).join(', ')
    case 'rank':
      return words(value).map((v, i) => `${i + 1}. ${choice(v)}`).join(' · ')
    case 'date':
      return humanDate(value)
    case 'time':
      return value.slice(0, 5)
    case 'dateTime': {
      const [day = '', time = ''] = value.split('T')
      return `${humanDate(day)} ${time.slice(0, 5)}`.trim()
    }
    case 'place':
      return value.split(';').map((point) => point.trim().split(/\s+/).slice(0, 2).join(', ')).filter(Boolean).join(' → ')
    case 'trigger':
      return value === 'OK' ? (language === 'vi' ? 'Đã xác nhận' : 'Confirmed') : value
    case 'number':
      return humanNumber(value, language)
    default:
      return value
  }
}

/** 2026-11-26 -> 26/11/2026; anything else stays as it is. */
export function humanDate(value: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(value)
  return match ? `${match[3]}/${match[2]}/${match[1]}` : value
}

/** Thousands and decimals the way the language writes them: 1234.5 -> 1.234,5 (vi), 1,234.5 (en). */
export function humanNumber(value: string, language: Language): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value)
  if (!match) return value
  const [thousands, point] = language === 'vi' ? ['.', ','] : [',', '.']
  const whole = (match[2] ?? '').replace(/\B(?=(\d{3})+$)/g, thousands)
  return `${match[1]}${whole}${match[3] === undefined ? '' : point + match[3]}`
}

const words = (value: string): string[] => value.split(/\s+/).filter(Boolean)
