/** Whose version is which on a conflict card. Pure. */
import type { Conflict } from '../../sync/protocol'

export type Whose = 'mine' | 'theirs'

/** Whose value is which: by the replica that wrote the arriving change, else by the name. Null where neither is mine. */
export function sides(conflict: Conflict, replica: string, name: string): { arriving: Whose | null; standing: Whose | null } {
  if (conflict.id.startsWith(`${replica}:`)) return { arriving: 'mine', standing: 'theirs' }
  if (conflict.standing_by === name && conflict.arriving_by !== name) return { arriving: 'theirs', standing: 'mine' }
  if (conflict.arriving_by === name && conflict.standing_by !== name) return { arriving: 'mine', standing: 'theirs' }
  return { arriving: null, standing: null }
}
