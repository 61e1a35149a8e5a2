/** What is wrong with a form file, or worth knowing: a row per cell, in the reader's language. */
import { For, Show, type JSX } from 'solid-js'
import { language } from '../../words'
import { type Fault } from './api'
import { f } from './words'

/** As one reads the file: sheet by sheet, from the top. */
function inOrder(faults: readonly Fault[]): Fault[] {
  const sheets = [...new Set(faults.map((one) => one.sheet))]
  return [...faults].sort((a, b) => sheets.indexOf(a.sheet) - sheets.indexOf(b.sheet) || a.row - b.row || a.column.length - b.column.length || a.column.localeCompare(b.column))
}

export const FaultTable = (props: { faults: Fault[]; label: string; kind: 'fault' | 'warning' }): JSX.Element => (
  <section class="stack" data-close="">
    <h3>{props.label}</h3>
    <div class="table-wrap" tabIndex={0} role="region" aria-label={props.label}>
      <table class="table fault-table card-table" data-kind={props.kind}>
        <thead>
          <tr>
            <th scope="col">{f().sheet}</th>
            <th scope="col" class="number">
              {f().row}
            </th>
            <th scope="col">{f().column}</th>
            <th scope="col">{f().what}</th>
          </tr>
        </thead>
        <tbody>
          <For each={inOrder(props.faults)}>
            {(one) => (
              <tr>
                <td data-label={f().sheet}>
                  <Show when={one.sheet} fallback={<span class="soft">{f().whole}</span>}>
                    <code>{one.sheet}</code>
                  </Show>
                </td>
                <td class="number" data-label={f().row}>
                  {one.row || ''}
                </td>
                <td data-label={f().column}>
                  {one.column} <span class="soft">{one.heading}</span>
                </td>
                <td class="sentence">{language() === 'en' ? one.en : one.vi}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  </section>
)
