/** Words of the boards only, so that phones of collaborators do not carry them. Vietnamese first; English has its shape. */
import { language } from '../words'
import { en } from './words_en'
import { vi, type BoardWords } from './words_vi'

/** The dictionary of the language now chosen. */
export const b = (): BoardWords => (language() === 'en' ? en : vi)
