/** A submission read-only: every answer with its label, in the order of the form; what the form does not know comes last. */
import type { Fields, FormSource, Language, SummaryLine } from './contract'
import { isAnswer } from './difference'
import { instanceIds } from './fields'
import { labels, type FormTexts } from './labels'
import type { Shape } from './shape'

export async function summary(fields: Fields, source: FormSource, language: Language): Promise<SummaryLine[]> {
  return linesOf(fields, await labels(source, language))
}

export function linesOf(fields: Fields, texts: FormTexts): SummaryLine[] {
  const lines: SummaryLine[] = []
  const told = new Set<string>()
  const title = (shape: Shape): string => texts.text(texts.questions.get(shape.path)?.label ?? [], fields)

  const walk = (shape: Shape, path: string, level: number): void => {
    for (const child of shape.children) {
      const field = path + child.path.slice(child.path.lastIndexOf('/'))
      if (child.repeat) {
        told.add(`${field}#order`)
        instanceIds(fields, field).forEach((id, i) => {
          lines.push({ field: '', label: `${title(child) || child.tag} ${i + 1}`, value: '', level })
          walk(child, `${field}[${id}]`, level + 1)
        })
      } else if (child.children.length > 0) {
        const heading = title(child)
        const before = lines.length
        if (heading) lines.push({ field: '', label: heading, value: '', level })
        walk(child, field, heading ? level + 1 : level)
        if (heading && lines.length === before + 1) lines.pop()
      } else {
        told.add(field)
        line(child, field, level)
      }
    }
  }
  const line = (shape: Shape, field: string, level: number): void => {
    const value = fields[field]
    const question = texts.questions.get(shape.path)
    // Calculations and metadata have no label: they are not what a person answered.
    if (value === undefined || !question) return
    const shown: SummaryLine = { field, label: title(shape) || shape.tag, value: texts.value(field, value), level }
    lines.push(question.kind === 'file' ? { ...shown, file: value } : shown)
  }
  walk(texts.shape.root, texts.shape.root.path, 0)

  for (const field of Object.keys(fields).filter(isAnswer).sort()) {
    if (!told.has(field) && !field.endsWith('#order')) lines.push({ field, label: texts.label(field, fields), value: fields[field] ?? '', level: 0 })
  }
  return lines
}
