/** The words of the app, as a signal: changing the language redraws, nothing reloads. */
import { createSignal } from 'solid-js'
import type { Language } from '../../forms/contract'
import { vi, type Words } from './vi'

export type { Words }
const [current, setCurrent] = createSignal<Words>(vi)
const [spoken, setSpoken] = createSignal<Language>('vi')

/** The dictionary of the language now chosen. */
export const w = current
export const language = spoken

export async function speak(chosen: Language): Promise<void> {
  const words = chosen === 'en' ? (await import('./en')).en : vi
  setCurrent(() => words)
  setSpoken(chosen)
  if (typeof document !== 'undefined') document.documentElement.lang = chosen
}
