/** Room made on the phone: only the bytes of files that the server has in whole, and that nothing here still needs. What
 * is not received yet is never touched; a purged photo is fetched again when it is looked at. */
import { attempt, writeStrictly } from './database'
import type { Draft, KeptChange, StoredFile } from './records'
import { announce } from './watch'

/** Files that may go. A change stays on the phone until the signed receipt covers it, so a file that one names stays too. */
export function purgeable(files: readonly StoredFile[], drafts: readonly Draft[], changes: readonly KeptChange[]): StoredFile[] {
  const inDrafts = drafts.flatMap((draft) => Object.values(draft.files).map((file) => file.sha256))
  const inChanges = changes.flatMap((kept) => Object.values(kept.change.fields ?? {}).map((value) => value?.split(' ')[0] ?? ''))
  const needed = new Set([...inDrafts, ...inChanges])
  return files.filter((file) => file.sent >= file.size && !needed.has(file.sha256))
}

/** Bytes that purging would free. */
export const countPurgeable = (): Promise<number> =>
  attempt(async (db) => {
    const [files, drafts, changes] = await Promise.all([db.getAll('files'), db.getAll('drafts'), db.getAll('changes')])
    return purgeable(files, drafts, changes).reduce((sum, file) => sum + file.size, 0)
  })

/** Resolves with the bytes freed. */
export async function purge(): Promise<number> {
  const freed = await writeStrictly(['files', 'drafts', 'changes'], async (tx) => {
    const [files, drafts, changes] = await Promise.all([tx.objectStore('files').getAll(), tx.objectStore('drafts').getAll(), tx.objectStore('changes').getAll()])
    let sum = 0
    for (const file of purgeable(files, drafts, changes)) {
      await tx.objectStore('files').delete(file.sha256)
      sum += file.size
    }
    return sum
  })
  if (freed > 0) announce('files')
  return freed
}
