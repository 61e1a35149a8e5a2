/** Putting a file into an answer and taking it out: first durably on the phone, then in the form. */
import type { UploadNode } from '@getodk/xforms-engine'
import type { Session } from './session'

/** More is not taken: it could never leave a phone on a slow network. */
export const MOST_MB = 100

const EXTENSIONS: Record<string, string> = {
  'image/webp': 'webp', 'image/jpeg': 'jpg', 'image/png': 'png', 'audio/webm': 'webm', 'audio/mp4': 'm4a', 'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg', 'video/mp4': 'mp4', 'video/webm': 'webm', 'application/pdf': 'pdf',
}

/** A name that no other file of the submission has, also not one that another phone adds to it at the same time. */
export function freshName(question: string, bytes: Blob, original = ''): string {
  const unique = Array.from(crypto.getRandomValues(new Uint8Array(5)), (b) => b.toString(16).padStart(2, '0')).join('')
  const extension = EXTENSIONS[bytes.type.split(';')[0] ?? ''] ?? /\.([A-Za-z0-9]{1,8})$/.exec(original)?.[1]?.toLowerCase() ?? 'bin'
  return `${question.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 30) || 'tep'}-${unique}.${extension}`
}

/** Rejects when the phone is full; the answer then stays as it was. */
export async function attach(session: Session, node: UploadNode, bytes: Blob, original = ''): Promise<void> {
  const path = session.stable(node)
  const name = freshName(path.slice(path.lastIndexOf('/') + 1), bytes, original)
  session.kept[name] = await session.frame.keepFile(name, bytes)
  node.setValue(new File([bytes], name, { type: bytes.type }))
}

export async function detach(session: Session, node: UploadNode): Promise<void> {
  node.setValue(null)
  // A file that a draft or an amend began with comes back to the engine's mind: make the instance without it.
  if (node.currentState.instanceValue !== '') await session.withdraw(session.stable(node))
}

/** 76 kB, 2,3 MB: for people, so in thousands. */
export function sizeOf(bytes: number, language: 'vi' | 'en'): string {
  const text = bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`
  return language === 'vi' ? text.replace('.', ',') : text
}
