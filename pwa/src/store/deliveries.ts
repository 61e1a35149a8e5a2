/** What this phone says of one alert: shown, opened, confirmed. Each is said once per revision, through the outbox, so it
 * reaches the server whenever there is signal; the worker and every tab use this same door. */
import { writeStrictly } from './database'
import { number } from './outbox'
import { announce, say } from './watch'
import { overlay } from './view'

export type Sign = 'shown_at_ms' | 'opened_at_ms' | 'confirmed_at_ms'
const SIGNS: Sign[] = ['shown_at_ms', 'opened_at_ms', 'confirmed_at_ms']

export interface AlertName {
  alert: string
  area: string
  revision: number
}

/** Resolves true when something new was said. */
export async function sayOfAlert(name: AlertName, device: string, sign: Sign, at_ms = Date.now()): Promise<boolean> {
  const id = `${name.alert}:${device}`
  const said = await writeStrictly(['items', 'changes', 'state'], async (tx) => {
    const item = await tx.objectStore('items').get(['delivery', id])
    const changes = await tx.objectStore('changes').index('of').getAll(IDBKeyRange.only(['delivery', id]))
    const standing = overlay(item, changes)
    const before = Number(standing?.fields['revision'] ?? 0)
    if (standing && before > name.revision) return false
    if (standing && before === name.revision && standing.fields[sign]) return false
    const fields: Record<string, string | null> = { [sign]: String(at_ms) }
    if (!standing) Object.assign(fields, { alert: name.alert, device, revision: String(name.revision), ...(name.area ? { area: name.area } : {}) })
    else if (before < name.revision) {
      fields['revision'] = String(name.revision)
      for (const other of SIGNS) if (other !== sign && standing.fields[other]) fields[other] = null
    }
    await number(tx, { intent: standing ? 'edit' : 'create', kind: 'delivery', id, base: standing?.revision ?? 0, fields }, at_ms)
    return true
  })
  if (said) {
    announce('changes')
    say({ hurry: true })
  }
  return said
}
