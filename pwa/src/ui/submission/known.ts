/** Labels of a submission's questions and choices in the person's language; plain paths while the form is not here. */
import { createResource } from 'solid-js'
import type { Labels } from '../../forms/contract'
import type { Seen } from '../../store/view'
import { readForm } from '../../transport/formfetch'
import { readItem, readItems } from '../../store/items'
import { areaName } from '../phone'
import { moment } from '../when'
import { language, w } from '../words'

export interface Known {
  title: string
  label(field: string): string
  value(field: string, value: string | null | undefined): string
}

const PLAIN: Labels = { title: '', languages: [], label: (field) => field.split('/').pop() ?? field, value: (_field, value) => value ?? '' }

export async function know(seen: Seen): Promise<Known> {
  const form = seen.fields['form'] ?? ''
  const newest = (await readItem('form', form))?.fields['version'] ?? ''
  const source = (await readForm(form, seen.fields['form_version'] ?? '')) ?? (await readForm(form, newest))
  const labels = source ? await import('../../forms').then((forms) => forms.labels(source, language())).catch(() => PLAIN) : PLAIN
  const topics = new Map((await readItems('topic')).map((topic) => [topic.id, topic.fields['title'] ?? topic.id]))
  const properties: Record<string, string> = {
    area: w().submission.area,
    topic: w().submission.topic,
    form: w().submission.form,
    state: w().topics.state,
    urgency: w().topics.urgency,
    submitted_at_ms: w().submission.made,
    label: w().submission.title,
    deleted: w().states.deleted,
  }
  return {
    title: labels.title || source?.title || form,
    label: (field) => {
      if (field.startsWith('file:')) return `${w().submission.attachment}: ${field.slice(5)}`
      return field.startsWith('/') ? labels.label(field, seen.fields) : (properties[field] ?? field)
    },
    value: (field, value) => {
      if (value === null || value === undefined || value === '') return w().conflict.blank
      if (field === 'area') return areaName(value)
      if (field === 'topic') return topics.get(value) ?? value
      if (field === 'deleted') return w().conflict.deletedValue
      if (field.endsWith('_at_ms')) return moment(Number(value))
      return field.startsWith('/') ? labels.value(field, value) : value
    },
  }
}

export const useKnown = (seen: () => Seen | null | undefined): (() => Known | undefined) => {
  const [known] = createResource(
    () => {
      const now = seen()
      return now ? { now, spoken: language() } : false
    },
    ({ now }) => know(now),
  )
  return () => known.latest
}
