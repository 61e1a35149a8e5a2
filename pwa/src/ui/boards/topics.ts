/** What the topics board asks and answers. */
import { askJson } from '../../transport/request'
import type { Tone } from '../parts/page'
import { language, w } from '../words'
import { b } from './words'

export interface TopicRow {
  topic: string
  title: string
  area: string
  area_name: string
  state: string
  urgency: string
  owner: string
  due_at_ms: number
  summary: string
  revision: number
  created_at_ms: number
  updated_at_ms: number
  submissions: number
  answers: number
  first_answer_at_ms: number
}

export interface Emerging {
  area: string
  area_name: string
  subject: string
  label_vi: string
  label_en: string
  ago: number
  count: number
  expected: number | null
  score: number
  weeks: (number | null)[]
}

export interface Candidate {
  submission: string
  text: string
  area_name: string
  subject: string
  created_at_ms: number
  revision: number
  likeness: number
}

export interface TopicDetail {
  topic: TopicRow
  weeks: (number | null)[]
  reports: Candidate[]
  matches: Candidate[]
  similar: TopicRow[]
}

export const STATES = ['new', 'watching', 'urgent', 'answered', 'closed'] as const
export type State = (typeof STATES)[number]

export const stateTone = (state: string): Tone => (state === 'urgent' ? 'urgent' : state === 'answered' ? 'answer' : state === 'closed' ? 'good' : state === 'watching' ? 'calm' : 'wait')
export const stateName = (state: string): string => (w().topics.states as Record<string, string>)[state] ?? state

interface Change {
  intent: 'edit' | 'create'
  kind: 'topic' | 'submission'
  id: string
  base: number
  fields: Record<string, string | null>
  before?: Record<string, string | null>
}

/** Online actions of a leader: changes of the board's own replica. Throws Trouble; a conflict is said as a sentence. */
export async function change(changes: Change[]): Promise<string> {
  const { outcomes } = await askJson<{ outcomes: { result: string }[] }>('/board/changes', { json: { changes }, language: language() })
  return outcomes.some((one) => one.result === 'conflicted' || one.result === 'rejected') ? b().topics.conflicted : ''
}

export const edit = (topic: TopicRow, fields: Record<string, string | null>, before: Record<string, string | null>): Promise<string> =>
  change([{ intent: 'edit', kind: 'topic', id: topic.topic, base: topic.revision, fields, before }])

export const put = (topic: string, reports: Candidate[]): Promise<string> =>
  change(reports.map((one) => ({ intent: 'edit', kind: 'submission', id: one.submission, base: one.revision, fields: { topic }, before: { topic: null } })))

export const merge = (from: string, into: string): Promise<{ moved: number }> =>
  askJson(`/boards/topic/${encodeURIComponent(from)}/merge`, { json: { into }, language: language() })

export const split = (from: string, title: string, submissions: string[]): Promise<{ topic: string }> =>
  askJson(`/boards/topic/${encodeURIComponent(from)}/split`, { json: { title, submissions }, language: language() })

