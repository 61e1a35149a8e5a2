/** Drafts and the files in them; finalising turns a draft into a change in one transaction. */
import type { DraftState, Fields, FilledForm, KeptFile } from '../forms/contract'
import type { Value } from '../sync/protocol'
import { attempt, writeStrictly } from './database'
import { number } from './outbox'
import type { Draft, StoredFile } from './records'
import { openFile, sealedBytes } from './sealing'
import { announce, say } from './watch'

export const readDrafts = (): Promise<Draft[]> => attempt((db) => db.getAll('drafts'))
export const readDraft = (id: string): Promise<Draft | undefined> => attempt((db) => db.get('drafts', id))

export async function saveDraft(draft: Draft): Promise<void> {
  await writeStrictly(['drafts'], (tx) => tx.objectStore('drafts').put(draft))
  announce('drafts')
}

/** What the renderer reports, written into the draft; a draft ended meanwhile is not revived. */
export const withState = (draft: Draft, state: DraftState, at_ms: number): Draft => ({
  ...draft,
  saved: state.saved,
  label: state.label,
  answered: state.answered,
  files: Object.fromEntries(Object.entries(draft.files).filter(([name]) => state.files.includes(name))),
  updated_at_ms: at_ms,
})

export async function deleteDraft(id: string): Promise<void> {
  await writeStrictly(['drafts', 'files', 'changes'], async (tx) => {
    const draft = await tx.objectStore('drafts').get(id)
    await tx.objectStore('drafts').delete(id)
    const used = JSON.stringify([await tx.objectStore('drafts').getAll(), (await tx.objectStore('changes').getAll()).map((kept) => kept.change.fields)])
    for (const file of Object.values(draft?.files ?? {})) if (!used.includes(file.sha256)) await tx.objectStore('files').delete(file.sha256)
  })
  announce('drafts', 'files')
}

/** Keeps bytes durably on the phone, by content. Rejects when the storage is full. */
export async function keepFile(name: string, bytes: Blob, at_ms = Date.now()): Promise<KeptFile> {
  const buffer = await bytes.arrayBuffer()
  const sha256 = [...new Uint8Array(await crypto.subtle.digest('SHA-256', buffer))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const type = bytes.type || 'application/octet-stream'
  const file: StoredFile = { sha256, size: bytes.size, type, ...sealedBytes(sha256, type, buffer), sent: 0, made_at_ms: at_ms }
  await writeStrictly(['files'], async (tx) => {
    if (!(await tx.objectStore('files').get(sha256))) await tx.objectStore('files').put(file)
  })
  announce('files')
  return { name, sha256, size: file.size, type }
}

export async function readFile(sha256: string): Promise<StoredFile | undefined> {
  const file = await attempt((db) => db.get('files', sha256))
  return file && openFile(file)
}

/** Of every file on this phone, by hash: whether the server has it in whole. */
export const readProgress = (): Promise<Map<string, boolean>> =>
  attempt(async (db) => new Map((await db.getAll('files')).map((file) => [file.sha256, file.sent >= file.size])))

export const wireFile = (file: KeptFile): string => `${file.sha256} ${file.size} ${file.type}`

/** What an amended submission writes and what was there before. */
export interface Delta {
  fields: Record<string, Value>
  before: Record<string, Value>
}

function withFiles(delta: Delta, was: Fields, files: Record<string, string>): Delta {
  const fields = { ...delta.fields }
  const before = { ...delta.before }
  for (const name of new Set([...Object.keys(was).filter((one) => one.startsWith('file:')), ...Object.keys(files)])) {
    if (was[name] === files[name]) continue
    fields[name] = files[name] ?? null
    before[name] = was[name] ?? null
  }
  return { fields, before }
}

/** Ends a draft: its change goes into the outbox and the draft goes, in one strictly durable transaction.
 * `properties` are the submission's plain words (form, form_version, area). Returns the sequence; 0 when nothing changed. */
export async function finalise(draft: Draft, filled: FilledForm, properties: Record<string, string>, delta: Delta | null, at_ms = Date.now()): Promise<number> {
  const files = Object.fromEntries(filled.files.map((file) => [`file:${file.name}`, wireFile(file)]))
  const making = delta
    ? { intent: 'edit' as const, kind: 'submission' as const, id: draft.id, base: draft.amends?.base ?? 0, ...withFiles(delta, draft.amends?.fields ?? {}, files) }
    : { intent: 'create' as const, kind: 'submission' as const, id: draft.id, fields: { ...properties, ...filled.fields, ...files } }
  const nothing = delta !== null && Object.keys(making.fields).length === 0
  const sequence = await writeStrictly(['drafts', 'changes', 'state'], async (tx) => {
    await tx.objectStore('drafts').delete(draft.id)
    if (nothing) return 0
    const kept = await number(tx, making, at_ms)
    if (draft.corrects) {
      const refused = await tx.objectStore('changes').get(draft.corrects)
      if (refused) await tx.objectStore('changes').put({ ...refused, discarded: { reason: '', at_ms, replaced_by: kept.change.sequence } })
    }
    return kept.change.sequence
  })
  announce('drafts', 'changes', 'files')
  say({ hurry: true })
  return sequence
}
