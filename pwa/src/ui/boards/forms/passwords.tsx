/** App passwords for devices that have only ODK Collect: given once as a QR code, listed, revoked. */
import { createMemo, createResource, createSignal, For, Show, type JSX } from 'solid-js'
import { Icon } from '../../parts/icon'
import { Chip, Empty, Loading, Notice, Page, Sheet } from '../../parts/page'
import { areaName, me, tell } from '../../phone'
import { plain } from '../../plain'
import { sentence } from '../../sentence'
import { day } from '../../when'
import { w } from '../../words'
import { givePassword, readPasswords, readPeople, revokeDevice, type PasswordGiven, type PasswordListed, type Person } from './api'
import { f } from './words'
import './forms.css'

const SHOWN = 8

const Create = (props: { onGiven: (given: PasswordGiven) => void; onClose: () => void }): JSX.Element => {
  const [people] = createResource(() => readPeople().catch((): Person[] => []))
  const [asked, setAsked] = createSignal('')
  const [person, setPerson] = createSignal('')
  const [area, setArea] = createSignal('')
  const [name, setName] = createSignal('ODK Collect')
  const [fault, setFault] = createSignal('')
  const able = createMemo(() => (people() ?? []).filter((one) => one.active && (one.leads || one.person === me())))
  const shown = createMemo(() => able().filter((one) => plain(asked()).split(' ').every((word) => plain(one.name).includes(word))).slice(0, SHOWN))
  const areas = (): string[] => able().find((one) => one.person === person())?.areas ?? []
  const create = async (event: Event): Promise<void> => {
    event.preventDefault()
    try {
      props.onGiven(await givePassword(person(), area() || (areas()[0] ?? ''), name()))
    } catch (why) {
      setFault(sentence(why))
    }
  }
  return (
    <Sheet title={f().collect.create} onClose={props.onClose}>
      <form class="stack" onSubmit={(event) => void create(event)}>
        <fieldset class="field">
          <legend>{f().collect.person}</legend>
          <input class="input" type="search" aria-label={f().collect.find} placeholder={f().collect.find} value={asked()} onInput={(event) => setAsked(event.currentTarget.value)} />
          <div class="choices">
            <For each={shown()}>
              {(one) => (
                <label class="choice">
                  <input
                    type="radio"
                    name="person"
                    checked={person() === one.person}
                    onChange={() => {
                      setPerson(one.person)
                      setArea('')
                    }}
                  />
                  <span class="grow">
                    {one.name} <span class="soft">{one.areas.map(areaName).join(', ')}</span>
                  </span>
                </label>
              )}
            </For>
          </div>
        </fieldset>
        <Show when={areas().length > 1}>
          <div class="field">
            <label for="password-area">{f().collect.area}</label>
            <select id="password-area" class="input" value={area()} onChange={(event) => setArea(event.currentTarget.value)}>
              <For each={areas()}>{(code) => <option value={code}>{areaName(code)}</option>}</For>
            </select>
          </div>
        </Show>
        <div class="field">
          <label for="password-device">{f().collect.device}</label>
          <input id="password-device" class="input" maxLength={80} value={name()} onInput={(event) => setName(event.currentTarget.value)} />
        </div>
        <Show when={fault()}>{(why) => <Notice tone="bad">{why()}</Notice>}</Show>
        <button class="button" data-kind="main" data-wide="" type="submit" disabled={!person() || !name().trim()}>
          {f().collect.create}
        </button>
        <button class="button" data-wide="" type="button" onClick={() => props.onClose()}>
          {w().app.cancel}
        </button>
      </form>
    </Sheet>
  )
}

const Given = (props: { given: PasswordGiven; onClose: () => void }): JSX.Element => (
  <Sheet title={f().collect.given} onClose={props.onClose}>
    <p>{f().collect.once}</p>
    <img class="collect-code" src={props.given.picture} alt={f().collect.code} />
    <dl class="facts">
      <dt>{f().collect.url}</dt>
      <dd>{props.given.url}</dd>
      <dt>{f().collect.username}</dt>
      <dd>{props.given.username}</dd>
      <dt>{f().collect.password}</dt>
      <dd>
        <code>{props.given.password}</code>
      </dd>
    </dl>
    <button class="button" data-kind="main" data-wide="" type="button" onClick={() => props.onClose()}>
      {f().collect.done}
    </button>
  </Sheet>
)

export const AppPasswords = (): JSX.Element => {
  const [fault, setFault] = createSignal('')
  const [passwords, { refetch }] = createResource(() => readPasswords().catch((why: unknown): PasswordListed[] => (setFault(sentence(why)), [])))
  const [creating, setCreating] = createSignal(false)
  const [given, setGiven] = createSignal<PasswordGiven | null>(null)
  const [ending, setEnding] = createSignal<PasswordListed | null>(null)
  const revoke = async (device: string): Promise<void> => {
    try {
      await revokeDevice(device)
      await refetch()
    } catch (why) {
      tell(sentence(why))
    }
    setEnding(null)
  }
  return (
    <Page title={f().collect.title} back="/more">
      <p class="soft">{f().collect.lead}</p>
      <button class="button" data-kind="main" data-wide="" type="button" onClick={() => setCreating(true)}>
        <Icon name="plus" />
        {f().collect.create}
      </button>
      <Show when={fault()}>{(why) => <Notice tone="bad">{why()}</Notice>}</Show>
      <Show when={passwords.latest} fallback={<Loading />}>
        {(all) => (
          <Show when={all().length > 0} fallback={<Show when={!fault()}><Empty icon="person" title={f().collect.none} /></Show>}>
            <ul class="list">
              <For each={all()}>
                {(one) => (
                  <li class="list-item">
                    <span class="grow">
                      <span class="title">{one.person_name}</span>
                      <span class="soft">
                        {one.name} · {f().collect.since(day(one.given_at_ms))}
                      </span>
                    </span>
                    <Show when={one.revoked_at_ms === null} fallback={<Chip tone="bad">{f().collect.revoked}</Chip>}>
                      <button class="button" type="button" aria-label={f().collect.revokeOf(`${one.person_name}, ${one.name}`)} onClick={() => setEnding(one)}>
                        {f().collect.revoke}
                      </button>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Show when={creating()}>
        <Create
          onClose={() => setCreating(false)}
          onGiven={(one) => {
            setCreating(false)
            setGiven(one)
            void refetch()
          }}
        />
      </Show>
      <Show when={given()}>{(one) => <Given given={one()} onClose={() => setGiven(null)} />}</Show>
      <Show when={ending()}>
        {(one) => (
          <Sheet title={f().collect.revokeOf(`${one().person_name}, ${one().name}`)} onClose={() => setEnding(null)}>
            <p>{f().collect.revokeAsk}</p>
            <button class="button" data-kind="danger" data-wide="" type="button" onClick={() => void revoke(one().device)}>
              {f().collect.revoke}
            </button>
            <button class="button" data-wide="" type="button" onClick={() => setEnding(null)}>
              {w().app.cancel}
            </button>
          </Sheet>
        )}
      </Show>
    </Page>
  )
}
