/** Positions, rounded on the phone before anything else sees them: only as fine as the form asks. Pure.
 *
 * A form asks through the appearance `decimals-N` of a geopoint (N decimals of a degree); silence means two, about one
 * kilometre. Altitude and accuracy are never kept: they would give the place away again. */

export const DECIMALS = 2
const FINEST = 5

/** About how many metres one step of rounding is, for the words on screen. */
export const metres = (decimals: number): number => Math.round(111_320 / 10 ** decimals)

/** @param appearances of the question; the last `decimals-N` counts, from 0 to 5. */
export function decimalsOf(appearances: Iterable<string>): number {
  let decimals = DECIMALS
  for (const appearance of appearances) {
    const match = /^decimals-(\d+)$/.exec(appearance)
    if (match) decimals = Math.min(Number(match[1]), FINEST)
  }
  return decimals
}

/** XForms geopoint: latitude, longitude, altitude 0, accuracy 0. */
export function coarse(at: { latitude: number; longitude: number }, decimals: number): string {
  return `${round(at.latitude, decimals)} ${round(at.longitude, decimals)} 0 0`
}

const round = (degrees: number, decimals: number): string => String(Number(degrees.toFixed(decimals)))

/** Reads what a person typed: "10.52, 105.12", "10,52 105,12", degrees in decimals only. null when it is no position. */
export function parsePlace(text: string): { latitude: number; longitude: number } | null {
  const parts = text.trim().split(/[\s;]+|,\s+/).filter(Boolean)
  const pair = parts.length === 1 ? text.trim().split(',') : parts
  if (pair.length !== 2) return null
  const [latitude, longitude] = pair.map((part) => Number(part.replace(',', '.').replace(/,$/, '')))
  if (latitude === undefined || longitude === undefined || !(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return null
  return { latitude, longitude }
}
