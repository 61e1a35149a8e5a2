/** From an address to an open form: finds or begins the draft, gives the renderer its frame, and ends the draft when the
 * form is finalised. */
import type { Beginning, Fields, FormSource, OpenedForm } from '../../forms/contract'
import { finalise, keepFile, readDraft, readFile, saveDraft, withState } from '../../store/drafts'
import { readItem } from '../../store/items'
import type { Draft } from '../../store/records'
import { readForm } from '../../transport/formfetch'
import { areas } from '../phone'
import { language, w } from '../words'

export type Saving = 'saved' | 'saving' | 'failed'

export interface Begun {
  draft: Draft
  source: FormSource
  beginning: Beginning
}

export interface Asked {
  form?: string
  draft?: string
  submission?: string
  area: string
}

/** 'missing': the form is not on the phone; 'area': the person must say which area first. */
export async function beginDraft(asked: Asked): Promise<Begun | 'missing' | 'area'> {
  if (asked.draft) return continueDraft(asked.draft)
  if (asked.submission) return amend(asked.submission)
  const form = asked.form ?? ''
  const item = await readItem('form', form)
  const source = item ? await readForm(form, item.fields['version'] ?? '') : null
  if (!source) return 'missing'
  if (!asked.area && areas().length > 1) return 'area'
  const id = crypto.randomUUID()
  return { draft: blank(id, source, asked.area || (areas()[0]?.code ?? '')), source, beginning: { from: 'blank', instanceId: id } }
}

const blank = (id: string, source: FormSource, area: string): Draft => ({
  id,
  form: source.form,
  version: source.version,
  title: source.title,
  area,
  label: '',
  saved: '',
  answered: 0,
  files: {},
  made_at_ms: Date.now(),
  updated_at_ms: Date.now(),
})

async function continueDraft(id: string): Promise<Begun | 'missing'> {
  const draft = await readDraft(id)
  if (!draft) return 'missing'
  const item = await readItem('form', draft.form)
  const newest = item ? await readForm(draft.form, item.fields['version'] ?? '') : null
  const source = newest ?? (await readForm(draft.form, draft.version))
  if (!source) return 'missing'
  const beginning: Beginning = draft.saved
    ? { from: 'draft', instanceId: id, saved: draft.saved, formVersion: draft.version }
    : draft.amends
      ? { from: 'submission', instanceId: id, fields: draft.amends.fields, formVersion: draft.version }
      : { from: 'blank', instanceId: id }
  return { draft, source, beginning }
}

/** A submission is amended as a draft of the same id; a refused one that the server never had is corrected likewise. */
async function amend(id: string): Promise<Begun | 'missing'> {
  const standing = await readDraft(id)
  if (standing) return continueDraft(id)
  const seen = await readItem('submission', id)
  if (!seen) return 'missing'
  const form = seen.fields['form'] ?? ''
  const version = seen.fields['form_version'] ?? ''
  const source = (await readForm(form, version)) ?? (await newestOf(form))
  if (!source) return 'missing'
  const refused = seen.pending.find((kept) => kept.state === 'attention')
  const draft: Draft = { ...blank(id, source, seen.fields['area'] ?? ''), version, files: filesOf(seen.fields) }
  if (refused) draft.corrects = [refused.replica, refused.change.sequence]
  if (seen.revision > 0 || !refused) draft.amends = { base: seen.revision, fields: { ...seen.fields } }
  return { draft, source, beginning: { from: 'submission', instanceId: id, fields: seen.fields, formVersion: version } }
}

async function newestOf(form: string): Promise<FormSource | null> {
  const item = await readItem('form', form)
  return item ? readForm(form, item.fields['version'] ?? '') : null
}

/** `file:NAME` fields as kept files. */
export function filesOf(fields: Fields): Draft['files'] {
  const files: Draft['files'] = {}
  for (const [field, value] of Object.entries(fields)) {
    if (!field.startsWith('file:')) continue
    const [sha256 = '', size = '0', ...type] = value.split(' ')
    files[field.slice(5)] = { name: field.slice(5), sha256, size: Number(size), type: type.join(' ') }
  }
  return files
}

export async function openDraft(begun: Begun, tell: { saving: (state: Saving) => void; done: (word: string) => void }): Promise<OpenedForm> {
  const forms = await import('../../forms')
  let draft = begun.draft
  let over = false
  const keep = async (next: Draft): Promise<void> => {
    if (over) return
    tell.saving('saving')
    try {
      await saveDraft(next)
      draft = next
      tell.saving('saved')
    } catch (fault) {
      tell.saving('failed')
      throw fault
    }
  }
  return forms.openForm(begun.source, begun.beginning, {
    language: language(),
    areas: areas().map((area) => area.code),
    keepFile: async (name, bytes) => {
      const file = await keepFile(name, bytes)
      draft = { ...draft, files: { ...draft.files, [name]: file } }
      await keep(draft)
      return file
    },
    readFile: async (name) => {
      const file = draft.files[name]
      if (!file) return null
      const stored = await readFile(file.sha256)
      return stored?.bytes ?? (await fetchFile(file.sha256))
    },
    saveDraft: (state) => keep(withState(draft, state, Date.now())),
    finalise: async (filled) => {
      over = true
      try {
        const base = draft.amends?.fields
        const answers = base && Object.fromEntries(Object.entries(base).filter(([name]) => name.startsWith('/')))
        const delta = answers ? forms.difference(answers, filled.fields) : null
        const properties = {
          form: begun.source.form,
          form_version: begun.source.version,
          area: draft.area,
          submitted_at_ms: String(Date.now()),
          ...(filled.label ? { label: filled.label.slice(0, 120) } : {}),
        }
        const sequence = await finalise(draft, filled, properties, delta)
        tell.done(sequence === 0 ? w().fill.unchanged : delta ? w().fill.amended : w().fill.finalised)
      } catch (fault) {
        over = false
        throw fault
      }
    },
  })
}

async function fetchFile(sha256: string): Promise<Blob | null> {
  const answer = await fetch(`/attachments/${sha256}`).catch(() => null)
  return answer?.ok ? answer.blob() : null
}
