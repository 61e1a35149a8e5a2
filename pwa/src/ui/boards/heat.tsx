/** Communes shaded by what is wrong: tiles by former district, which claim no place on a map; the outlines that an
 * administrator uploaded, or dots where coordinates are known, stand above them. */
import { createMemo, createResource, For, Index, Show, type JSX } from 'solid-js'
import { askJson } from '../../transport/request'
import { now } from '../when'
import { legend, measured, shade, type AreaRow, type Measure } from './standing'
import { b } from './words'

interface HeatProps {
  areas: AreaRow[]
  measure: Measure
  chosen: string
  onChoose: (area: string) => void
}

export const shortName = (name: string): string => name.replace(/^(Xã|Phường|Đặc khu|Thị trấn)\s+/u, '')

const said = (row: AreaRow, measure: Measure): string => {
  const value = measured(row, measure, now())
  if (value === null) return `${row.name}: ${b().sync.noDevice}`
  const unit = b().sync.unit[measure]
  return `${row.name}: ${value}${unit === '%' ? '%' : unit ? ` ${unit}` : ''}`
}

export const Heat = (props: HeatProps): JSX.Element => {
  const regions = createMemo(() => {
    const found = new Map<string, AreaRow[]>()
    for (const row of props.areas) {
      const rows = found.get(row.region)
      if (rows) rows.push(row)
      else found.set(row.region, [row])
    }
    const order = new Intl.Collator('vi')
    return [...found].sort(([a], [z]) => Number(!a) - Number(!z) || order.compare(shortRegion(a), shortRegion(z)))
  })
  return (
    <>
      <Shapes {...props} />
      <div class="heat" data-measure={props.measure}>
        <Index each={regions()}>
          {(region) => (
            <div class="heat-region">
              <h3>{shortRegion(region()[0]) || b().sync.noRegion}</h3>
              <ul>
                <Index each={region()[1]}>
                  {(row) => (
                    <li>
                      <button
                        type="button"
                        class="heat-tile"
                        data-shade={shade(measured(row(), props.measure, now()), props.measure)}
                        aria-pressed={props.chosen === row().area}
                        onClick={() => props.onChoose(props.chosen === row().area ? '' : row().area)}
                      >
                        <span>{shortName(row().name)}</span>{' '}
                        <b>
                          {measured(row(), props.measure, now()) ?? '–'}
                          <span class="unseen"> {measured(row(), props.measure, now()) === null ? b().sync.noDevice : b().sync.unit[props.measure]}</span>
                        </b>
                      </button>
                    </li>
                  )}
                </Index>
              </ul>
            </div>
          )}
        </Index>
      </div>
      <div class="legend" data-measure={props.measure}>
        <For each={legend(props.measure)}>{(text, at) => <span data-shade={at()}>{text}</span>}</For>
        <span class="soft">{b().sync.tilesNote}</span>
      </div>
    </>
  )
}

const shortRegion = (region: string): string => region.replace(/^(Huyện|Thị xã|Thành phố)\s+/u, '')

interface Feature {
  type: 'Feature'
  properties: { area: string }
  geometry: { type: 'Polygon' | 'MultiPolygon'; coordinates: number[][][] & number[][][][] }
}

interface Drawn {
  row: AreaRow
  path: string
}

const WIDTH = 900
const HEIGHT = 520

/** d3-geo comes with the first outline only. */
async function draw(areas: AreaRow[]): Promise<{ kind: 'outline' | 'points'; drawn: Drawn[] } | null> {
  const outline = await askJson<{ features: Feature[] }>('/boards/outline.geojson').catch(() => ({ features: [] as Feature[] }))
  const placed = areas.filter((row) => row.latitude !== null && row.longitude !== null)
  if (outline.features.length === 0 && placed.length * 2 < areas.length) return null
  const { geoMercator, geoPath } = await import('d3-geo')
  const rows = new Map(areas.map((row) => [row.area, row]))
  if (outline.features.length > 0) {
    const features = { type: 'FeatureCollection' as const, features: outline.features }
    const path = geoPath(geoMercator().fitSize([WIDTH, HEIGHT], features as Parameters<ReturnType<typeof geoMercator>['fitSize']>[1])).digits(1)
    return { kind: 'outline', drawn: outline.features.flatMap((one) => (rows.has(one.properties.area) ? [{ row: rows.get(one.properties.area)!, path: path(one as Parameters<typeof path>[0]) ?? '' }] : [])) }
  }
  const points = { type: 'MultiPoint' as const, coordinates: placed.map((row): [number, number] => [row.longitude!, row.latitude!]) }
  const projection = geoMercator().fitExtent([[16, 16], [WIDTH - 16, HEIGHT - 16]], points)
  const dot = (row: AreaRow): string => {
    const [x, y] = projection([row.longitude!, row.latitude!]) ?? [0, 0]
    return `M${(x - 10).toFixed(1)} ${y.toFixed(1)}a10 10 0 1 0 20 0a10 10 0 1 0 -20 0`
  }
  return { kind: 'points', drawn: placed.map((row) => ({ row, path: dot(row) })) }
}

const Shapes = (props: HeatProps): JSX.Element => {
  const known = createMemo(() => props.areas, undefined, { equals: (before, after) => before?.length === after.length })
  const [shapes] = createResource(known, draw)
  const rows = createMemo(() => new Map(props.areas.map((row) => [row.area, row])))
  return (
    <Show when={shapes.latest}>
      {(found) => (
        <figure class="shapes" data-measure={props.measure}>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
            <For each={found().drawn}>
              {(one) => {
                const row = (): AreaRow => rows().get(one.row.area) ?? one.row
                return (
                  <path
                    d={one.path}
                    data-shade={shade(measured(row(), props.measure, now()), props.measure)}
                    data-chosen={props.chosen === one.row.area ? '' : undefined}
                    onClick={() => props.onChoose(props.chosen === one.row.area ? '' : one.row.area)}
                  >
                    <title>{said(row(), props.measure)}</title>
                  </path>
                )
              }}
            </For>
          </svg>
          <figcaption class="soft">{found().kind === 'outline' ? b().sync.outlineNote : b().sync.pointsNote}</figcaption>
        </figure>
      )}
    </Show>
  )
}
