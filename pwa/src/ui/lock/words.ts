/** Words of the lock only: most phones open without one. Vietnamese first; English has its shape. */
import { language } from '../words'
import { en } from './words_en'
import { vi, type LockWords } from './words_vi'

/** The dictionary of the language now chosen. */
export const l = (): LockWords => (language() === 'en' ? en : vi)
