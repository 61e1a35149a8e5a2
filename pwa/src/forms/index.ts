/** Everything the shell may use of the forms. Engine (223 kB) and renderer load on first use, here and nowhere else. */
import type { Fields, FormSource, Labels, Language, OpenForm, SummaryLine } from './contract'

export type * from './contract'
export { difference } from './difference'

/** Opens a form to be filled: new, a draft, or a submission to amend. */
export const openForm: OpenForm = async (source, beginning, frame) =>
  (await import('./ui/open')).openForm(source, beginning, frame)

/** Labels of questions and choices, for conflict cards and lists. Does not load the engine. */
export const labels = async (source: FormSource, language: Language): Promise<Labels> =>
  (await import('./labels')).labels(source, language)

/** All answers of a submission with their labels, in the order of the form. Does not load the engine. */
export const summary = async (fields: Fields, source: FormSource, language: Language): Promise<SummaryLine[]> =>
  (await import('./summary')).summary(fields, source, language)

/** Loads engine and renderer ahead, e.g. while the list of forms is on screen. */
export const warmUp = (): Promise<unknown> => import('./ui/open')
