/** What the shell and the form renderer say to each other. Types only, so the shell never loads the engine for them.
 *
 * The renderer draws and checks a form; the shell owns storage, files and the outbox. `src/forms/index.ts` exports
 * `openForm`, `labels`, `summary` and `difference`; engine and renderer come with a dynamic import inside them. The
 * renderer never touches IndexedDB or the network. */
import type { Component } from 'solid-js'

export type Language = 'vi' | 'en'

/** An instance as the sync protocol carries it (see fields.ts): `/data/group/question` -> text, repeat instances by
 * stable id (`/data/rep[ID]/q`), their order in `/data/rep#order`; only answers that are not blank. */
export type Fields = Record<string, string>

/** A file of a submission, already kept on the phone. `name` is what the answer says (`photo-1.webp`). */
export interface KeptFile {
  name: string
  /** Hex SHA-256 of the bytes. */
  sha256: string
  size: number
  type: string
}

/** A published form version, complete on the phone. */
export interface FormSource {
  form: string
  version: string
  title: string
  formXml: string
  /** A form attachment by name (CSV, GeoJSON, image); null when the phone does not have it. */
  attachment(name: string): Promise<Blob | null>
}

/** Where the filling begins. `instanceId` is the submission's id in every case. */
export type Beginning =
  /** `prefill`: answers to begin with; what does not fit is ignored. */
  | { from: 'blank'; instanceId: string; prefill?: Fields }
  /** A draft, word for word as `saveDraft` was given it, perhaps made with an earlier form version. */
  | { from: 'draft'; instanceId: string; saved: string; formVersion: string }
  /** A submission to amend: its fields as items hold them (`/data/...`; others are left alone). */
  | { from: 'submission'; instanceId: string; fields: Fields; formVersion: string }

/** What the shell saves of a draft. */
export interface DraftState {
  /** Answers, page, language, leftovers of another version: opaque to the shell, text of some kB. */
  saved: string
  /** A few words that tell this draft from the next (instance name or first text answers); may be empty. */
  label: string
  answered: number
  /** Names of the kept files that the answers still use; others may be let go when the draft ends. */
  files: string[]
}

/** What a finalised form comes to. */
export interface FilledForm {
  /** Every answer as a field, valid and relevant ones only. Against what was there before: `difference()`. */
  fields: Fields
  files: KeptFile[]
  label: string
  /** The same as an XForms instance, for export. */
  instanceXml: string
}

/** What the shell gives the renderer to work with. */
export interface FormFrame {
  language: Language
  /** Areas of the person, for cutting long choice lists: official codes. */
  areas: string[]
  /** Keeps a file durably on the phone and resolves with its hash; rejects when storage is full. */
  keepFile(name: string, bytes: Blob): Promise<KeptFile>
  readFile(name: string): Promise<Blob | null>
  /** Resolves once the draft is durable. Called after each answer (once per idle moment) and when the page hides. */
  saveDraft(draft: DraftState): Promise<void>
  /** Resolves once the submission is durable in the outbox; the shell then leaves the page. */
  finalise(filled: FilledForm): Promise<void>
}

export interface OpenedForm {
  title: string
  /** The whole form with its own pages, progress and "next / back / finalise" buttons. Fills its parent's height. */
  View: Component
  /** Saves the draft now (the person leaves the screen). */
  save: () => Promise<void>
  dispose: () => void
}

/** Signature of `openForm` in src/forms/index.ts. Rejects with an Error whose message is a sentence for the person. */
export type OpenForm = (source: FormSource, beginning: Beginning, frame: FormFrame) => Promise<OpenedForm>

/** What changed, as a change of the sync protocol wants it: null is an answer taken away. */
export interface Difference {
  fields: Record<string, string | null>
  before: Record<string, string | null>
}

/** One line of a submission shown read-only. */
export interface SummaryLine {
  /** Stable path; '' for a heading (group or repeat instance). */
  field: string
  label: string
  /** As the person saw it: choice labels, dates in words. '' for a heading. */
  value: string
  /** Depth in groups and repeats, for indentation. */
  level: number
  /** Name of the attachment when the answer is one. */
  file?: string
}

/** Labels of a form version in one language. */
export interface Labels {
  title: string
  /** Languages of the form, as it names them; empty when it has one only. */
  languages: readonly string[]
  /** "Household members 2 · First name"; the plain path when the form does not know the field. */
  label(field: string, fields?: Fields): string
  /** What a value means to a person: labels of choices, dates in words, else the value itself. */
  value(field: string, value: string | null): string
}
