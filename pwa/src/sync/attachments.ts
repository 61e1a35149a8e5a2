/** What a submission says of its files: field `file:NAME` is `SHA256HEX BYTES TYPE`. Mirror of sync/attachments.py. */

export const PREFIX = 'file:'

export interface Attachment {
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  readonly type: string
}

export function writeAttachment(attachment: Attachment): string {
  return `${attachment.sha256} ${attachment.size} ${attachment.type}`
}

/** Null when the text is not a reference. */
export function readAttachment(text: string | null | undefined): Attachment | null {
  const found = /^([0-9a-f]{64}) ([0-9]{1,12}) ([a-z0-9.+-]+\/[a-z0-9.+-]+)$/.exec(text ?? '')
  return found ? { sha256: found[1]!, size: Number(found[2]), type: found[3]! } : null
}

/** Name -> attachment, of every `file:` field that reads as one. */
export function attachmentsOf(fields: Readonly<Record<string, string>>): Map<string, Attachment> {
  const named = new Map<string, Attachment>()
  for (const [name, text] of Object.entries(fields)) {
    const attachment = name.startsWith(PREFIX) ? readAttachment(text) : null
    if (attachment) named.set(name.slice(PREFIX.length), attachment)
  }
  return named
}

/** Names of files whose bytes are not all there, sorted. `stored`: SHA-256 of those that are. */
export function missingAttachments(fields: Readonly<Record<string, string>>, stored: ReadonlySet<string>): string[] {
  return [...attachmentsOf(fields)].filter(([, { sha256 }]) => !stored.has(sha256)).map(([name]) => name).sort()
}
