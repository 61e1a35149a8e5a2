/** Words of the pages about forms only. Vietnamese first; English has its shape. */
import { language } from '../../words'
import { en } from './words_en'
import { vi, type FormWords } from './words_vi'

/** The dictionary of the language now chosen. */
export const f = (): FormWords => (language() === 'en' ? en : vi)
