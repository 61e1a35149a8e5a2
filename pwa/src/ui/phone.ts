/** What every screen knows: who this phone is, how it is set, how the sync stands, whether a new version waits. */
import { createSignal } from 'solid-js'
import { attempt, readState } from '../store/database'
import { readIdentity, readSettings, saveSettings } from '../store/identity'
import type { Area, Identity, Settings, SyncStatus } from '../store/records'
import { holdsCipher } from '../store/sealing'
import { listen } from '../store/watch'
import { speak, w } from './words'

const [identity, setIdentity] = createSignal<Identity | null>(null)
const [settings, setSettings] = createSignal<Settings>({})
const [status, setStatus] = createSignal<SyncStatus | null>(null)
const [locked, setLocked] = createSignal(false)
const [online, setOnline] = createSignal(typeof navigator === 'undefined' || navigator.onLine)
const [said, setSaid] = createSignal<{ text: string; action?: { label: string; run: () => void } } | null>(null)

export { identity, locked, online, said, settings, status }

export async function startPhone(): Promise<void> {
  const [who, how] = await Promise.all([readIdentity(), readSettings()])
  setIdentity(who)
  apply(how)
  await speak(how.language ?? 'vi')
  setLocked(who !== null && (await readState('lock')) !== undefined)
  if (who) await Promise.all([readStatus(), readPeople()])
  window.addEventListener('online', () => setOnline(true))
  window.addEventListener('offline', () => setOnline(false))
  listen((word) => {
    if (word.wiped) location.replace('/')
    if (word.lock && !holdsCipher()) location.reload()
    if (word.stores?.includes('identity')) void readIdentity().then(setIdentity).then(readPeople)
    if (word.stores?.includes('settings')) void readSettings().then(apply)
    if (word.stores?.includes('state')) void readStatus()
  })
}

async function readStatus(): Promise<void> {
  if (identity()) setStatus(((await attempt((db) => db.get('state', 'status'))) as SyncStatus | undefined) ?? null)
}

async function readPeople(): Promise<void> {
  if (identity() && !locked()) learnPeople((await readState('people')) ?? {})
}

/** This tab holds the key now: the app goes on where it stood. */
export async function unlocked(): Promise<void> {
  setLocked(false)
  await readPeople()
}

function apply(how: Settings): void {
  setSettings(how)
  const root = document.documentElement
  if (how.look && how.look !== 'system') root.dataset['theme'] = how.look
  else delete root.dataset['theme']
  if (how.sun) root.dataset['contrast'] = 'more'
  else delete root.dataset['contrast']
}

export async function choose(some: Settings): Promise<void> {
  await saveSettings(some)
  if (some.language) await speak(some.language)
}

/** Says something short at the foot of the screen; screen readers hear it too. */
export function tell(text: string, action?: { label: string; run: () => void }): void {
  const word = { text, ...(action ? { action } : {}) }
  setSaid(word)
  if (!action) setTimeout(() => setSaid((now) => (now === word ? null : now)), 5000)
}

export const hush = (): void => void setSaid(null)

export const me = (): string => identity()?.session.person ?? ''
export const role = (): string => identity()?.session.role ?? ''
export const leads = (): boolean => role() !== 'collaborator' && role() !== ''
export const isStaff = (): boolean => role() === 'staff' || role() === 'administrator'
export const areas = (): Area[] => identity()?.session.areas ?? []

const places = new Map<string, string>()
const [placesRead, setPlacesRead] = createSignal(0)

/** Name of an area by its code: own areas first, then area items; the code itself where none is known. */
export function areaName(code: string | undefined): string {
  if (!code) return ''
  placesRead()
  return areas().find((area) => area.code === code)?.name ?? places.get(code) ?? code
}

export function learnPlaces(known: Iterable<readonly [string, string]>): void {
  for (const [code, name] of known) places.set(code, name)
  setPlacesRead((n) => n + 1)
}

/** Name of a person by id: "you", a known name, else the id. */
export const personName = (id: string): string => {
  placesRead()
  return id === me() ? w().app.you : (people[id] ?? id)
}

let people: Record<string, string> = {}

export function learnPeople(known: Record<string, string>): void {
  people = known
  setPlacesRead((n) => n + 1)
}
