/** Brings every form version that the phone's items name, with its attachments, so it can be opened without signal.
 * Old versions stay while a draft needs them. */
import type { FormSource } from '../forms/contract'
import { attempt, writeStrictly } from '../store/database'
import type { StoredForm } from '../store/records'
import { announce } from '../store/watch'
import type { Item } from '../sync/protocol'
import { ask, Trouble } from './request'

interface Listed {
  name: string
  sha256: string
  size: number
}

export const keyOf = (form: string, version: string): string => `${form}:${version}`

export function listAttachments(text: string | undefined): Listed[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(list) ? (list as Listed[]) : []
  } catch {
    return []
  }
}

/** Whether everything of a form version is on the phone. */
export async function isComplete(form: string, version: string, attachments: string | undefined): Promise<boolean> {
  return attempt(async (db) => {
    if (!(await db.getKey('forms', keyOf(form, version)))) return false
    for (const { sha256 } of listAttachments(attachments)) if (!(await db.getKey('form_files', sha256))) return false
    return true
  })
}

/** Throws Trouble when the network fails; a form that the server does not give out is left for the next sync. */
export async function fetchForms(): Promise<void> {
  const items = await attempt((db) => db.getAll('items', IDBKeyRange.bound(['form'], ['form', []])))
  for (const item of items) {
    try {
      await fetchForm(item)
    } catch (fault) {
      const refused = fault instanceof Trouble && fault.status >= 400 && fault.status < 500 && fault.status !== 401 && fault.status !== 429
      if (!refused) throw fault
      console.warn('form', item.id, fault)
    }
  }
  await dropUnused(new Set(items.map((item) => keyOf(item.id, item.fields?.['version'] ?? ''))))
}

async function fetchForm(item: Item): Promise<void> {
  const version = item.fields?.['version'] ?? ''
  const hash = item.fields?.['hash'] ?? ''
  const key = keyOf(item.id, version)
  const standing = await attempt((db) => db.get('forms', key))
  if (!standing || standing.hash !== hash) {
    const answer = await ask(`/forms/${encodeURIComponent(item.id)}/${encodeURIComponent(version)}/form.xml`, { headers: { Accept: 'application/xml' } })
    const form: StoredForm = { key, form: item.id, version, hash, xml: await answer.text() }
    await writeStrictly(['forms'], (tx) => tx.objectStore('forms').put(form))
    announce('forms')
  }
  await fetchAttachments(item.id, version, listAttachments(item.fields?.['attachments']))
}

async function fetchAttachments(form: string, version: string, listed: Listed[]): Promise<void> {
  for (const { name, sha256 } of listed) {
    if (await attempt((db) => db.getKey('form_files', sha256))) continue
    const answer = await ask(`/forms/${encodeURIComponent(form)}/${encodeURIComponent(version)}/${encodeURIComponent(name)}`, { headers: { Accept: '*/*' } })
    const bytes = await answer.blob()
    await writeStrictly(['form_files'], (tx) => tx.objectStore('form_files').put({ sha256, bytes }))
    announce('forms')
  }
}

async function dropUnused(current: Set<string>): Promise<void> {
  await writeStrictly(['forms', 'drafts', 'items'], async (tx) => {
    const drafts = await tx.objectStore('drafts').getAll()
    const submissions = await tx.objectStore('items').getAll(IDBKeyRange.bound(['submission'], ['submission', []]))
    const used = new Set([
      ...drafts.map((draft) => keyOf(draft.form, draft.version)),
      ...submissions.map((item) => keyOf(item.fields?.['form'] ?? '', item.fields?.['form_version'] ?? '')),
    ])
    for (const key of await tx.objectStore('forms').getAllKeys()) if (!current.has(key) && !used.has(key)) await tx.objectStore('forms').delete(key)
  })
}

/** A form version from the phone's store; null when it is not complete here. */
export async function readForm(form: string, version: string): Promise<FormSource | null> {
  const [stored, item] = await attempt((db) => Promise.all([db.get('forms', keyOf(form, version)), db.get('items', ['form', form])]))
  if (!stored) return null
  const listed = new Map(listAttachments(item?.fields?.['attachments']).map((one) => [one.name, one.sha256]))
  return {
    form,
    version,
    title: item?.fields?.['title'] ?? form,
    formXml: stored.xml,
    attachment: async (name) => {
      const sha256 = listed.get(name)
      return sha256 ? ((await attempt((db) => db.get('form_files', sha256)))?.bytes ?? null) : null
    },
  }
}
