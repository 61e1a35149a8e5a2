/** The dated tree of areas: what stands, what it was made of; merging and dividing for an administrator, outlines too. */
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js'
import { ask, askJson } from '../../transport/request'
import { Chip, Sheet } from '../parts/page'
import { areaName, role, tell } from '../phone'
import { plain } from '../plain'
import { sentence } from '../sentence'
import { day } from '../when'
import { language, w } from '../words'
import { b } from './words'

export interface AreaUnit {
  area: string
  name: string
  kind: string
  parent: string
  region: string
  valid_from_ms: number
  valid_to_ms: number | null
  successors: string[]
  merged_from: string[]
}

const startOf = (text: string): number => Date.parse(`${text}T00:00:00+07:00`)
const today = (): string => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10)

const NewUnit = (props: { number: number; onChange: (unit: { area: string; name: string }) => void }): JSX.Element => {
  let unit = { area: '', name: '' }
  const set = (some: Partial<typeof unit>): void => {
    unit = { ...unit, ...some }
    props.onChange(unit)
  }
  return (
    <div class="pair">
      <div class="field">
        <label for={`unit-code-${props.number}`}>{b().roster.newCode}</label>
        <input id={`unit-code-${props.number}`} class="input small" inputmode="numeric" pattern="[0-9]{1,10}" required onInput={(event) => set({ area: event.currentTarget.value.trim() })} />
      </div>
      <div class="field">
        <label for={`unit-name-${props.number}`}>{b().roster.newName}</label>
        <input id={`unit-name-${props.number}`} class="input small" required maxLength={120} onInput={(event) => set({ name: event.currentTarget.value.trim() })} />
      </div>
    </div>
  )
}

export const AreaTree = (props: { areas: AreaUnit[]; again: () => void }): JSX.Element => {
  const [words, setWords] = createSignal('')
  const [former, setFormer] = createSignal(false)
  const [picked, setPicked] = createSignal<ReadonlySet<string>>(new Set())
  const [open, setOpen] = createSignal<'merge' | 'split'>()
  const [at, setAt] = createSignal(today())
  const units = [
    { area: '', name: '' },
    { area: '', name: '' },
  ]
  const mayChange = (): boolean => role() === 'administrator'
  const found = createMemo(() => {
    const asked = plain(words()).split(' ')
    const order = new Intl.Collator('vi')
    return props.areas
      .filter((one) => (former() || one.valid_to_ms === null) && asked.every((word) => plain(`${one.name} ${one.area} ${one.region} ${one.merged_from.map(areaName).join(' ')}`).includes(word)))
      .sort((a, z) => Number(a.kind !== 'province') - Number(z.kind !== 'province') || order.compare(a.region, z.region) || order.compare(a.name, z.name))
  })
  const pick = (area: string): void => {
    const next = new Set(picked())
    if (!next.delete(area)) next.add(area)
    setPicked(next)
  }
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    const codes = [...picked()]
    const at_ms = startOf(at())
    const json = open() === 'merge' ? { areas: codes, into: units[0], at_ms } : { area: codes[0], into: units, at_ms }
    try {
      await ask(`/areas/${open()}`, { method: 'POST', json, language: language() })
      setOpen(undefined)
      setPicked(new Set<string>())
      tell(b().roster.changedAreas)
      props.again()
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  const upload = async (file: File): Promise<void> => {
    try {
      const { missing } = await askJson<{ missing: string[] }>('/boards/outline.geojson', { method: 'PUT', body: await file.text(), headers: { 'Content-Type': 'application/json' }, language: language() })
      tell(b().roster.outlineDone(missing.length))
    } catch (fault) {
      tell(sentence(fault))
    }
  }
  return (
    <>
      <div class="filters">
        <input class="input small grow" type="search" placeholder={b().roster.search} aria-label={b().roster.search} value={words()} onInput={(event) => setWords(event.currentTarget.value)} />
        <button class="button small" type="button" aria-pressed={former()} onClick={() => setFormer((one) => !one)}>{b().roster.showFormer}</button>
        <Show when={mayChange()}>
          <button class="button small" type="button" disabled={picked().size < 2} onClick={() => setOpen('merge')}>{b().roster.merge}</button>
          <button class="button small" type="button" disabled={picked().size !== 1} onClick={() => setOpen('split')}>{b().roster.split}</button>
        </Show>
      </div>
      <div class="table-wrap" tabIndex={0} role="region" aria-label={b().roster.areas}>
        <table class="table board-table" data-cards="">
          <thead>
            <tr>
              <th scope="col">{b().roster.area}</th>
              <th scope="col">{b().roster.code}</th>
              <th scope="col">{b().roster.region}</th>
              <th scope="col">{b().roster.since}</th>
              <th scope="col">{b().roster.formerly}</th>
            </tr>
          </thead>
          <tbody>
            <For each={found()}>
              {(one) => (
                <tr>
                  <th scope="row">
                    <span class="row">
                      <Show when={mayChange() && one.kind === 'commune' && one.valid_to_ms === null}>
                        <input class="check" type="checkbox" aria-label={one.name} checked={picked().has(one.area)} onChange={() => pick(one.area)} />
                      </Show>
                      <span class="grow">{one.name}</span>
                    </span>
                  </th>
                  <td data-label={b().roster.code}>{one.area}</td>
                  <td data-label={b().roster.region}>{one.region || <span class="soft nil">–</span>}</td>
                  <td data-label={b().roster.since}>
                    <Show when={one.valid_to_ms} fallback={one.valid_from_ms ? day(one.valid_from_ms) : <span class="soft nil">–</span>}>
                      {(ended) => <Chip tone="wait">{`${b().roster.to} ${day(ended() - 1)}`}</Chip>}
                    </Show>
                  </td>
                  <td data-label={b().roster.formerly}>
                    <span class="soft">{one.valid_to_ms === null ? one.merged_from.map(areaName).join(', ') : `${b().roster.became}: ${one.successors.map(areaName).join(', ')}`}</span>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={mayChange()}>
        <section class="card">
          <h2>{b().roster.outline}</h2>
          <p class="soft">{b().roster.outlineLead}</p>
          <label class="button small">
            {b().roster.choose2}
            <input class="unseen" type="file" accept=".geojson,.json" onChange={(event) => {
              const file = event.currentTarget.files?.[0]
              if (file) void upload(file)
            }} />
          </label>
        </section>
      </Show>
      <Show when={open()}>
        {(what) => (
          <Sheet title={what() === 'merge' ? b().roster.merge : b().roster.split} onClose={() => setOpen(undefined)}>
            <form class="stack" onSubmit={(event) => void send(event)}>
              <p>{what() === 'merge' ? b().roster.mergeLead : b().roster.splitLead}</p>
              <p><b>{[...picked()].map(areaName).join(', ')}</b></p>
              <NewUnit number={0} onChange={(unit) => (units[0] = unit)} />
              <Show when={what() === 'split'}>
                <NewUnit number={1} onChange={(unit) => (units[1] = unit)} />
              </Show>
              <div class="field">
                <label for="effective">{b().roster.effective}</label>
                <input id="effective" class="input small" type="date" required max={today()} value={at()} onInput={(event) => setAt(event.currentTarget.value)} />
              </div>
              <button class="button" data-kind="main" data-wide="" type="submit">{what() === 'merge' ? b().roster.mergeGo(picked().size) : b().roster.splitGo}</button>
              <button class="button" data-wide="" type="button" onClick={() => setOpen(undefined)}>{w().app.cancel}</button>
            </form>
          </Sheet>
        )}
      </Show>
    </>
  )
}
