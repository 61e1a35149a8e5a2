/** People from an Excel sheet: chosen, compared with the roster, and only then applied. */
import { createSignal, For, Show, type JSX } from 'solid-js'
import { askJson } from '../../transport/request'
import { Icon } from '../parts/icon'
import { Chip, Notice, type Tone } from '../parts/page'
import { areaName } from '../phone'
import { sentence } from '../sentence'
import { language, w } from '../words'
import { b } from './words'

interface Line {
  row: number
  kind: 'new' | 'changed' | 'same' | 'fault'
  person: string
  name: string
  role: string
  areas: string[]
  contact: string
  fault: keyof ReturnType<typeof b>['roster']['faults'] | ''
  detail: string
  changes: Record<string, [string, string]>
}

const TONES: Record<Line['kind'], Tone> = { new: 'good', changed: 'wait', same: 'calm', fault: 'bad' }

export const ImportSheet = (props: { onSaved: () => void }): JSX.Element => {
  const [file, setFile] = createSignal<File>()
  const [lines, setLines] = createSignal<Line[]>()
  const [said, setSaid] = createSignal('')
  const [fault, setFault] = createSignal('')
  const send = async (chosen: File, save: boolean): Promise<void> => {
    setSaid('')
    setFault('')
    try {
      const answer = await askJson<{ lines: Line[]; saved: number }>(`/people/import?save=${save}`, {
        method: 'POST',
        body: await chosen.arrayBuffer(),
        headers: { 'Content-Type': 'application/octet-stream' },
        language: language(),
      })
      setLines(save ? undefined : answer.lines)
      if (!save) return
      setSaid(b().roster.applied(answer.saved))
      setFile(undefined)
      props.onSaved()
    } catch (why) {
      setFault(sentence(why))
    }
  }
  const changing = (): number => lines()?.filter((one) => one.kind === 'new' || one.kind === 'changed').length ?? 0
  const faulty = (): number => lines()?.filter((one) => one.kind === 'fault').length ?? 0
  const shown = (field: string, text: string): string =>
    field === 'areas' ? text.split(', ').map(areaName).join(', ') : field === 'role' ? ((w().roles as Record<string, string>)[text] ?? text) : text
  return (
    <section class="card" aria-labelledby="import-title">
      <h2 id="import-title">{b().roster.import}</h2>
      <p class="soft">{b().roster.importLead}</p>
      <div class="row">
        <label class="button small" data-kind="main">
          {b().roster.choose}
          <input
            class="unseen"
            type="file"
            accept=".xlsx"
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0]
              event.currentTarget.value = ''
              setFile(chosen)
              if (chosen) void send(chosen, false)
            }}
          />
        </label>
        <a class="button small" href="/people/template.xlsx" download="people.xlsx">
          <Icon name="file" />
          {b().roster.template}
        </a>
        <Show when={file()}>{(one) => <span class="soft">{one().name}</span>}</Show>
      </div>
      <div aria-live="polite" class="stack">
        <Show when={fault()}>{(text) => <Notice tone="bad">{text()}</Notice>}</Show>
        <Show when={said()}>{(text) => <Notice tone="good">{text()}</Notice>}</Show>
      </div>
      <Show when={lines()}>
        {(all) => (
          <>
            <div class="table-wrap" tabIndex={0} role="region" aria-label={b().roster.preview}>
              <table class="table board-table">
                <thead>
                  <tr>
                    <th scope="col" class="number">{b().roster.row}</th>
                    <th scope="col">{b().roster.what}</th>
                    <th scope="col">{b().roster.name}</th>
                    <th scope="col">{b().roster.role}</th>
                    <th scope="col">{b().roster.area}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={all().filter((one) => one.kind !== 'same').slice(0, 500)}>
                    {(one) => (
                      <tr>
                        <td class="number">{one.row}</td>
                        <td>
                          <Chip tone={TONES[one.kind]}>{b().roster.kinds[one.kind]}</Chip>
                          <Show when={one.fault}>{(code) => <span class="soft">{b().roster.faults[code() as keyof ReturnType<typeof b>['roster']['faults']]} {one.detail}</span>}</Show>
                          <For each={Object.entries(one.changes)}>
                            {([field, [before, after]]) => (
                              <span class="soft">
                                <s>{shown(field, before) || '–'}</s> → {shown(field, after) || '–'}
                              </span>
                            )}
                          </For>
                        </td>
                        <th scope="row">
                          {one.name || '–'}
                          <span class="soft">{one.person}</span>
                        </th>
                        <td>{shown('role', one.role)}</td>
                        <td>{one.areas.map(areaName).join(', ')}</td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
            <div class="row">
              <Show when={faulty() === 0 && file()}>
                {(chosen) => (
                  <button class="button small" data-kind="main" type="button" disabled={changing() === 0} onClick={() => void send(chosen(), true)}>
                    {b().roster.apply(changing())}
                  </button>
                )}
              </Show>
              <Show when={faulty() > 0}>
                <Chip tone="bad">{`${b().roster.kinds.fault}: ${faulty()}`}</Chip>
              </Show>
            </div>
          </>
        )}
      </Show>
    </section>
  )
}
