import type { Language } from '../contract'
import { en } from './en'
import { vi, type FormWords } from './vi'

export type { FormWords }

export const wordsOf = (language: Language): FormWords => (language === 'en' ? en : vi)
