/** Whether a form is for this person, as the server decides it (server/exchange/forms.py `may_fill`). Pure. */

interface Who {
  role: string
  areas: readonly string[]
}

interface Place {
  id: string
  parent: string
}

/** Own areas with everything under and over them. A tree of some hundred places. */
export function reachOf(own: readonly string[], places: readonly Place[]): Set<string> {
  const parents = new Map(places.map((place) => [place.id, place.parent]))
  const over = (code: string): string[] => {
    const line: string[] = []
    for (let at: string | undefined = code; at && !line.includes(at); at = parents.get(at)) line.push(at)
    return line
  }
  const reached = new Set(own.flatMap(over))
  for (const { id } of places) if (over(id).some((code) => own.includes(code))) reached.add(id)
  return reached
}

/** Empty `areas` and `roles` mean everyone; staff and administrators fill every form. */
export function isForMe(fields: Readonly<Record<string, string>>, who: Who, places: readonly Place[]): boolean {
  if (who.role === 'staff' || who.role === 'administrator') return true
  const listed = (name: string): string[] => (fields[name] ?? '').split(' ').filter(Boolean)
  const roles = listed('roles')
  const areas = listed('areas')
  if (roles.length > 0 && !roles.includes(who.role)) return false
  if (areas.length === 0) return true
  const reached = reachOf(who.areas, places)
  return areas.some((code) => reached.has(code))
}
