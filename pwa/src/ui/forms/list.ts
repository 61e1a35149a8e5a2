/** The forms on this phone that are for its person, by role and area; the server decides the same when they send. */
import { readItems } from '../../store/items'
import type { Seen } from '../../store/view'
import { areas, role } from '../phone'
import { isForMe } from './mine'

export async function readMyForms(): Promise<Seen[]> {
  const [forms, places] = await Promise.all([readItems('form'), readItems('area')])
  const who = { role: role(), areas: areas().map((area) => area.code) }
  const tree = places.map((place) => ({ id: place.id, parent: place.fields['parent'] ?? '' }))
  return forms.filter((form) => isForMe(form.fields, who, tree))
}
