/** What home says in one glance, kept current while the app is open. */
import { createRoot } from 'solid-js'
import { readDrafts } from '../../store/drafts'
import { countItems, readItems } from '../../store/items'
import { isUnsent, needsAttention, readChanges } from '../../store/outbox'
import type { Draft } from '../../store/records'
import type { Seen } from '../../store/view'
import { readWaitingFiles } from '../../transport/tus'
import { needsConfirming, readAlerts, type AlertSeen } from '../alerts/alerts'
import { readMyForms } from '../forms/list'
import { live } from '../live'
import { identity, isStaff, leads, learnPlaces, locked } from '../phone'
import { now } from '../when'
import { isMine } from '../outbox/entries'

export interface Glance {
  /** Submissions with something unsent; `changes` counts every change, deliveries too. */
  unsent: number
  changes: number
  files: number
  oldest_ms: number
  attention: { id: string; why: 'refused' | 'conflict' }[]
  drafts: Draft[]
  alerts: AlertSeen[]
  due: Seen[]
  /** Newest official answers in the own areas, with the title of their topic. */
  answers: { topic: string; title: string; text: string; at_ms: number }[]
  urgentTopics: number
  openTopics: number
  unsorted: number
}

const DUE_WITHIN_MS = 14 * 86_400_000
const NEW_ANSWER_MS = 14 * 86_400_000
const MOST_ANSWERS = 3

/** Names of areas come with the first sync and hardly ever change. */
let placesKnown = 0

async function learnAreas(): Promise<void> {
  const count = await countItems('area')
  if (count === placesKnown) return
  placesKnown = count
  learnPlaces((await readItems('area')).map((area) => [area.id, area.fields['name'] ?? area.id]))
}

async function readGlance(person: string, device: string, at_ms: number): Promise<Glance> {
  const [changes, drafts, alerts, forms, topics, submissions, files, answers] = await Promise.all([
    readChanges(),
    readDrafts(),
    readAlerts(device, at_ms),
    readMyForms(),
    readItems('topic'),
    readItems('submission'),
    readWaitingFiles(),
    readItems('answer'),
  ])
  await learnAreas()
  const unsent = changes.filter(isUnsent)
  const reports = unsent.filter((kept) => kept.kind === 'submission')
  const refused = new Set(changes.filter(needsAttention).map((kept) => kept.id))
  const disputed = submissions.filter((seen) => seen.conflicts.length > 0 && (leads() || isMine(seen, person)) && !refused.has(seen.id))
  const open = topics.filter((topic) => topic.fields['state'] !== 'closed')
  return {
    unsent: new Set(reports.map((kept) => kept.id)).size,
    changes: unsent.length,
    files: files.length,
    oldest_ms: Math.min(...reports.map((kept) => kept.change.made_at_ms ?? 0), Infinity),
    attention: [...[...refused].map((id) => ({ id, why: 'refused' as const })), ...disputed.map((seen) => ({ id: seen.id, why: 'conflict' as const }))],
    drafts,
    alerts: isStaff() ? [] : alerts.filter(needsConfirming),
    due: forms.filter((form) => Number(form.fields['opens_at_ms'] ?? 0) <= at_ms && isDue(Number(form.fields['closes_at_ms'] ?? 0), at_ms)),
    answers: newest(answers, topics, at_ms),
    urgentTopics: open.filter((topic) => topic.fields['urgency'] === 'urgent' || topic.fields['state'] === 'urgent').length,
    openTopics: open.length,
    unsorted: leads() ? submissions.filter((seen) => !seen.fields['topic']).length : 0,
  }
}

function newest(answers: Seen[], topics: Seen[], at_ms: number): Glance['answers'] {
  const titles = new Map(topics.map((topic) => [topic.id, topic.fields['title'] ?? '']))
  return answers
    .map((answer) => ({ topic: answer.fields['topic'] ?? '', title: titles.get(answer.fields['topic'] ?? '') ?? '', text: answer.fields['text'] ?? '', at_ms: Number(answer.fields['answered_at_ms'] ?? 0) || answer.updated_at_ms }))
    .filter((answer) => at_ms - answer.at_ms < NEW_ANSWER_MS)
    .sort((a, b) => b.at_ms - a.at_ms)
    .slice(0, MOST_ANSWERS)
}

const isDue = (closes: number, at_ms: number): boolean => closes > at_ms && closes - at_ms < DUE_WITHIN_MS

export const glance = createRoot(() =>
  live<Glance | null>(
    ['items', 'changes', 'drafts', 'files'],
    async () => {
      const who = identity()
      return who && !locked() ? await readGlance(who.session.person, who.session.device, Date.now()) : null
    },
    () => [identity(), now(), locked()],
  ),
)

export const badges = (): { attention: number; alerts: number } => ({ attention: glance()?.attention.length ?? 0, alerts: glance()?.alerts.length ?? 0 })
