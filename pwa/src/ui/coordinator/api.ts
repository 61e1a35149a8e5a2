/** What coordinators and staff ask the server for directly; these need a network, unlike changes. */
import { askJson, type Ask } from '../../transport/request'
import { language } from '../words'

export interface Template {
  kind: string
  urgency: string
  severity: string
  certainty: string
  hours: number
  vi: { event: string; headline: string; instruction: string }
  en: { event: string; headline: string; instruction: string }
}

export interface Forecast {
  people: number
  devices: number
  subscribed: number
  proven: number
  areas: { area: string; name: string; people: number; proven: number }[]
  unreachable: Unreached[]
  needs_approval: boolean
}

export interface Unreached {
  person: string
  name: string
  area_name: string
  contact: string
  why: string
}

export interface AlertView {
  alert: string
  state: string
  send_at_ms: number | null
  fields: Record<string, string>
}

export interface LedgerRow {
  person: string
  name: string
  area: string
  device: string
  stage: 'queued' | 'accepted' | 'shown' | 'opened' | 'confirmed'
  problem: string
  accepted_at_ms: number | null
  shown_at_ms: number | null
  opened_at_ms: number | null
  confirmed_at_ms: number | null
}

export interface Ledger {
  alert: string
  status: string
  people: number
  reached: number
  confirmed: number
  areas: { area: string; name: string; queued: number; accepted: number; shown: number; opened: number; confirmed: number }[]
  rows: LedgerRow[]
  not_reached: Unreached[]
}

const put = <T>(path: string, how: Ask = {}): Promise<T> => askJson<T>(path, { ...how, language: language() })

export const readTemplates = (): Promise<Template[]> => put('/alerts/templates')
export const askForecast = (areas: string[], severity: string): Promise<Forecast> => put('/alerts/forecast', { json: { areas, severity } })
/** The same `key` again is the same alert again, so that a lost answer does not send it twice. */
export const sendAlert = (compose: Record<string, unknown>, key: string): Promise<AlertView> => put('/alerts', { json: compose, headers: { 'Idempotency-Key': key } })
export const actOnAlert = (alert: string, act: 'undo' | 'approve' | 'cancel'): Promise<AlertView> => put(`/alerts/${encodeURIComponent(alert)}/${act}`, { method: 'POST', json: {} })
export const readLedger = (alert: string): Promise<Ledger> => put(`/alerts/${encodeURIComponent(alert)}/ledger`)
export const readAlert = (alert: string): Promise<AlertView> => put(`/alerts/${encodeURIComponent(alert)}`)
