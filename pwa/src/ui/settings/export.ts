/** Unsent work as a file, at any time: the changes as they would be sent, the drafts as they are. A person or the courier
 * can bring it to the server later; nothing on the phone is touched. */
import { readDrafts } from '../../store/drafts'
import { readIdentity } from '../../store/identity'
import { isUnsent, needsAttention, readChanges } from '../../store/outbox'
import type { KeptChange } from '../../store/records'
import { tell } from '../phone'
import { w } from '../words'

/** Exports the given changes, or everything unsent and all drafts. Resolves with how many items it wrote. */
export async function exportUnsent(some?: readonly KeptChange[]): Promise<number> {
  const identity = await readIdentity()
  const changes = some ?? (await readChanges()).filter((kept) => isUnsent(kept) || needsAttention(kept))
  const drafts = some ? [] : await readDrafts()
  const count = changes.length + drafts.length
  if (count === 0) {
    tell(w().settings.exportNothing)
    return 0
  }
  const session = identity?.session
  const content = {
    made_by: 'langnghe',
    project: session?.project,
    person: session?.person,
    device: session?.device,
    exported_at_ms: Date.now(),
    changes: changes.map(({ replica, change, outcome }) => ({ replica, change, outcome })),
    drafts,
  }
  offer(`langnghe-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.json`, new Blob([JSON.stringify(content, null, 1)], { type: 'application/json' }))
  tell(w().settings.exported(count))
  return count
}

/** Unsent changes as a sealed file for a colleague's phone: through the share sheet where there is one, else saved. */
export async function shareParcel(): Promise<void> {
  const { makeParcel } = await import('../../transport/parcel')
  const parcel = await makeParcel()
  if (!parcel) {
    tell(w().settings.exportNothing)
    return
  }
  await handOver(parcel)
}

/** Through the share sheet where it takes files, else saved. */
export async function handOver(file: File): Promise<void> {
  if (navigator.canShare?.({ files: [file] })) await navigator.share({ files: [file], title: w().courier.title }).catch(() => undefined)
  else offer(file.name, file)
}

function offer(name: string, bytes: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(bytes)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
