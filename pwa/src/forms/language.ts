/** Which of a form's languages suits the app's. Authors write "Tiếng Việt (vi)", "Vietnamese (vi)", "vi", "English (en)". */
import type { Language } from './contract'

/** `Tiếng Việt (vi)` -> `vi`, for the lang attribute; undefined where the author gave no code. */
export const codeOf = (name: string): string | undefined => /\(([a-z]{2,3}(?:-[A-Za-z]{2,4})?)\)\s*$/.exec(name)?.[1]

const NAMES: Record<Language, RegExp> = { vi: /việt|viet/i, en: /english|tiếng anh/i }

/** @returns one of `names`, or `otherwise` when none fits. */
export function pickLanguage(names: readonly string[], language: Language, otherwise: string): string {
  const coded = names.find((name) => name.toLowerCase() === language || name.toLowerCase().includes(`(${language})`))
  return coded ?? names.find((name) => NAMES[language].test(name)) ?? otherwise
}
