/** Sends files in resumable pieces (tus 1.0: creation, HEAD, PATCH), content-addressed by SHA-256. After a cut it goes on
 * where the server stands; a file the server already has costs one request. */
import { attempt, writeStrictly } from '../store/database'
import { openFile } from '../store/sealing'
import type { StoredFile } from '../store/records'
import { announce } from '../store/watch'
import { base64url } from './receipt'
import { ask, Trouble } from './request'

const TUS = { 'Tus-Resumable': '1.0.0' }
const PIECE_BYTES = 256 * 1024

/** Every file that a change in the outbox names and the server does not have in whole. */
export async function readWaitingFiles(): Promise<StoredFile[]> {
  return attempt(async (db) => {
    const tx = db.transaction(['files', 'changes', 'drafts'])
    const [files, drafts] = await Promise.all([tx.objectStore('files').getAll(), tx.objectStore('drafts').getAll()])
    const inDrafts = new Set(drafts.flatMap((draft) => Object.values(draft.files).map((file) => file.sha256)))
    const changes = await tx.objectStore('changes').getAll()
    const named = new Set(changes.flatMap((kept) => Object.values(kept.change.fields ?? {}).map((value) => value?.split(' ')[0] ?? '')))
    return files.filter((file) => file.sent < file.size && (named.has(file.sha256) || !inDrafts.has(file.sha256)))
  })
}

/** Throws Trouble; what was sent so far is remembered by the server. */
export async function sendFile(file: StoredFile): Promise<void> {
  const { bytes } = await openFile(file)
  let offset = await begin(file)
  while (offset < file.size) {
    const piece = bytes.slice(offset, offset + PIECE_BYTES)
    const answer = await ask(`/attachments/${file.sha256}`, {
      method: 'PATCH',
      headers: { ...TUS, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
      body: piece,
      limitMs: 120_000,
    })
    offset = Number(answer.headers.get('Upload-Offset') ?? offset + piece.size)
    await remember(file.sha256, offset)
  }
  await remember(file.sha256, file.size)
}

async function begin(file: StoredFile): Promise<number> {
  try {
    const answer = await ask(`/attachments/${file.sha256}`, { method: 'HEAD', headers: TUS })
    return Number(answer.headers.get('Upload-Offset') ?? 0)
  } catch (fault) {
    if (!(fault instanceof Trouble) || fault.status !== 404) throw fault
  }
  const words = { sha256: file.sha256, type: file.type }
  const metadata = Object.entries(words).map(([name, value]) => `${name} ${standard(value)}`)
  await ask('/attachments', { method: 'POST', headers: { ...TUS, 'Upload-Length': String(file.size), 'Upload-Metadata': metadata.join(',') } })
  return 0
}

function standard(text: string): string {
  const plain = base64url(new TextEncoder().encode(text)).replaceAll('-', '+').replaceAll('_', '/')
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')
}

async function remember(sha256: string, sent: number): Promise<void> {
  await writeStrictly(['files'], async (tx) => {
    const file = await tx.objectStore('files').get(sha256)
    if (file) await tx.objectStore('files').put({ ...file, sent })
  })
  announce('files')
}
