/** What the server says about forms and app passwords: shapes of server/http/forms.py and app_passwords.py. */
import { askJson, type Ask } from '../../../transport/request'
import { language } from '../../words'

export interface Terms {
  areas: string[]
  roles: string[]
  opens_at_ms: number | null
  closes_at_ms: number | null
}

export interface Version extends Terms {
  version: string
  published_at_ms: number
  retention_days: number | null
  warnings: unknown[]
}

export interface FormListed {
  form: string
  title: string
  version: string
  closed_at_ms: number | null
  versions: Version[]
}

/** One thing to correct, or a warning; both sentences come along. */
export interface Fault {
  code: string
  vi: string
  en: string
  sheet: string
  row: number
  column: string
  heading: string
}

export interface FormRead {
  form: string
  version: string
  title: string
  languages: string[]
  questions: number
  standing: '' | 'new' | 'unchanged' | 'terms' | 'taken'
  faults: Fault[]
  warnings: Fault[]
  files: string[]
  xform: string
  lists: Record<string, string>
}

/** What the privacy check asks for. */
export interface Statement {
  purpose: string
  consent: string
  days: string
}

export interface Upload {
  file: File
  media: readonly File[]
  statement: Statement
  terms: Terms
}

const UPLOAD_LIMIT_MS = 300_000

const put = <T>(path: string, how: Ask = {}): Promise<T> => askJson<T>(path, { ...how, language: language() })
const of = (form: string): string => `/forms/${encodeURIComponent(form)}`

/** Reads a file; publishes it when asked. Nothing is changed otherwise. */
export function sendForm(upload: Upload, publish: boolean): Promise<FormRead> {
  const body = new FormData()
  body.append('file', upload.file)
  for (const file of upload.media) body.append('media', file)
  const { terms, statement } = upload
  const fields = {
    purpose: statement.purpose,
    consent: statement.consent,
    retention_days: statement.days,
    areas: terms.areas.join(' '),
    roles: terms.roles.join(' '),
    opens_at_ms: String(terms.opens_at_ms ?? ''),
    closes_at_ms: String(terms.closes_at_ms ?? ''),
    publish: String(publish),
  }
  for (const [name, value] of Object.entries(fields)) if (value) body.append(name, value)
  return put('/forms', { body, limitMs: UPLOAD_LIMIT_MS })
}

export const readForms = (): Promise<FormListed[]> => put('/forms')
export const saveTerms = (form: string, version: string, terms: Terms): Promise<FormListed> =>
  put(`${of(form)}/${encodeURIComponent(version)}/terms`, { method: 'PUT', json: terms })
export const setOpen = (form: string, open: boolean): Promise<FormListed> => put(`${of(form)}/${open ? 'open' : 'close'}`, { method: 'POST' })

export interface Person {
  person: string
  name: string
  areas: string[]
  active: boolean
  leads: boolean
}

export interface PasswordListed {
  device: string
  name: string
  person: string
  person_name: string
  given_at_ms: number
  revoked_at_ms: number | null
}

export interface PasswordGiven {
  url: string
  username: string
  password: string
  /** Address of an image: the QR code that ODK Collect scans. */
  picture: string
}

export const readPeople = (): Promise<Person[]> => put('/people')
export const readPasswords = (): Promise<PasswordListed[]> => put('/app-passwords')
export const givePassword = (person: string, area: string, name: string): Promise<PasswordGiven> => put('/app-passwords', { json: { person, area, name } })
export const revokeDevice = (device: string): Promise<unknown> => put(`/devices/${encodeURIComponent(device)}/revoke`, { method: 'POST' })
