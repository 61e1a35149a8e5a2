/** One form being filled: the engine's instance, stable names of its nodes, the draft in it.
 *
 * Everything but a brand-new instance is rebuilt from fields (draft, amend, undo of a removal), so there is one path to
 * keep right. The renderer changes nodes and calls `touched()`; the session decides when a snapshot is taken. */
import type { AnyLeafNode, AnyNode, RepeatInstanceNode, RepeatRangeNode, RootNode } from '@getodk/xforms-engine'
import { createSignal, untrack, type Accessor } from 'solid-js'
import type { Beginning, DraftState, Fields, FilledForm, FormFrame, FormSource, KeptFile } from './contract'
import type { Engine } from './engine'
import { fieldsToXml, isBlank, isIdentity, type Built } from './fields'
import { isAnswer } from './difference'
import { pickLanguage } from './language'
import { titleOf } from './title'
import { write } from './write'

export interface Snapshot {
  fields: Fields
  /** Answers to questions that do not apply now; they come back when they apply again. */
  dormant: Fields
  /** Questions that a person answered. */
  answered?: number
}

/** The text in DraftState.saved. Grows by optional members only. */
interface Saved {
  version: string
  fields: Fields
  dormant: Fields
  leftover: Fields
  kept: Record<string, KeptFile>
  page: string
  language: string
}

const segment = (node: AnyNode): string => {
  const path = (node.definition as { nodeset: string }).nodeset
  return path.slice(path.lastIndexOf('/') + 1).replace(/^.*:/, '')
}

const INNER: ReadonlySet<string> = new Set(['root', 'group', 'repeat-instance', 'repeat-range:controlled', 'repeat-range:uncontrolled'])

export const isLeaf = (node: AnyNode): node is AnyLeafNode => !INNER.has(node.nodeType)

export const isRange = (node: AnyNode): node is RepeatRangeNode => node.nodeType.startsWith('repeat-range')

const randomId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => (b % 36).toString(36)).join('')

const identityOf = (instanceId: string): string => (instanceId.includes(':') ? instanceId : `uuid:${instanceId}`)

export class Session {
  readonly root: Accessor<RootNode>
  private readonly setRoot: (root: RootNode) => void
  private readonly ids = new WeakMap<object, string>()
  /** Last answers seen, by field, so that those which stop applying are remembered. */
  private seen: Fields = {}
  /** Answers of another version, or ones the form no longer takes. */
  readonly leftover: Accessor<Fields>
  private readonly setLeftover: (fields: Fields) => void
  readonly kept: Record<string, KeptFile> = {}
  page = ''

  private constructor(
    readonly engine: Engine,
    readonly source: FormSource,
    readonly frame: FormFrame,
    readonly instanceId: string,
    root: RootNode,
  ) {
    const [getRoot, setRoot] = createSignal(root)
    const [leftover, setLeftover] = createSignal<Fields>({})
    this.root = getRoot
    this.setRoot = (next) => setRoot(() => next)
    this.leftover = leftover
    this.setLeftover = setLeftover
  }

  static async begin(engine: Engine, source: FormSource, beginning: Beginning, frame: FormFrame): Promise<Session> {
    if (beginning.from === 'blank') {
      const session = new Session(engine, source, frame, beginning.instanceId, engine.create())
      session.chooseLanguage('')
      session.fill(beginning.prefill ?? {})
      session.snapshot()
      return session
    }
    if (beginning.from === 'submission') {
      const answers = Object.fromEntries(Object.entries(beginning.fields).filter(([field]) => isAnswer(field)))
      const session = await Session.restore(engine, source, beginning, frame, { fields: answers, dormant: {} })
      for (const [field, text] of Object.entries(beginning.fields)) {
        const [sha256 = '', size = '0', type = ''] = field.startsWith('file:') ? text.split(' ') : []
        if (sha256) session.kept[field.slice(5)] = { name: field.slice(5), sha256, size: Number(size), type }
      }
      session.chooseLanguage('')
      return session
    }
    const saved = JSON.parse(beginning.saved) as Saved
    // What was left over before gets another chance: the next version may have the question back.
    const fields = { ...saved.leftover, ...saved.fields }
    const session = await Session.restore(engine, source, { ...beginning, formVersion: saved.version }, frame, { fields, dormant: saved.dormant })
    Object.assign(session.kept, saved.kept)
    session.chooseLanguage(saved.language)
    session.page = saved.page
    return session
  }

  private static async restore(engine: Engine, source: FormSource, beginning: Exclude<Beginning, { from: 'blank' }>, frame: FormFrame, from: Snapshot): Promise<Session> {
    const answers = { ...from.dormant, ...from.fields }
    const made = await engine.restore(answers, identityOf(beginning.instanceId), beginning.formVersion !== source.version)
    const session = new Session(engine, source, frame, beginning.instanceId, made.root)
    session.adopt(made, from)
    return session
  }

  /** Name of a node as fields say it: `/data/rep[ID]/question`. Not reactive. */
  stable(node: AnyNode): string {
    return untrack(() => {
      if (node.nodeType === 'root') return `/${segment(node)}`
      const parent = this.stable(node.parent)
      return node.nodeType === 'repeat-instance' ? `${parent}[${this.idOf(node)}]` : `${parent}/${segment(node)}`
    })
  }

  idOf(instance: RepeatInstanceNode): string {
    const range = instance.parent
    if (range.nodeType === 'repeat-range:controlled') return String(range.currentState.children.indexOf(instance) + 1)
    let id = this.ids.get(instance)
    if (!id) this.ids.set(instance, (id = randomId()))
    return id
  }

  /** Every node below, parents first. Not reactive unless the caller tracks. */
  *nodes(node: AnyNode = this.root()): Generator<AnyNode> {
    for (const child of (node.currentState.children ?? []) as readonly AnyNode[]) {
      yield child
      yield* this.nodes(child)
    }
  }

  /** Answers as they are now. */
  snapshot(): Required<Snapshot> {
    return untrack(() => {
      const fields: Fields = {}
      const dormant: Fields = {}
      let answered = 0
      const walk = (node: AnyNode, path: string): void => {
        if (isLeaf(node)) {
          const text = node.currentState.instanceValue.normalize('NFC')
          if (isIdentity(path)) return
          if (!isBlank(text)) {
            fields[path] = text
            if (node.nodeType !== 'model-value' && node.nodeType !== 'note') answered++
          } else if (!node.currentState.relevant && this.seen[path] !== undefined) dormant[path] = this.seen[path]
          return
        }
        if (!isRange(node)) for (const child of node.currentState.children) walk(child, `${path}/${segment(child)}`)
        else {
          const order = node.currentState.children.map((instance) => this.idOf(instance))
          if (order.length > 0) (node.currentState.relevant ? fields : dormant)[`${path}#order`] = order.join(' ')
          for (const instance of node.currentState.children) walk(instance, `${path}[${this.idOf(instance)}]`)
        }
      }
      const root = this.root()
      walk(root, `/${segment(root)}`)
      this.seen = { ...fields, ...dormant }
      return { fields, dormant, answered }
    })
  }

  /** Makes the instance anew from answers; node objects change, stable names do not. */
  async rebuild(from: Snapshot): Promise<void> {
    const language = untrack(() => this.root().currentState.activeLanguage.language)
    const made = await this.engine.restore({ ...from.dormant, ...from.fields }, identityOf(this.instanceId), false)
    this.setRoot(made.root)
    this.adopt(made, from)
    this.chooseLanguage(language)
  }

  /** Gives the nodes of a restored instance their stable names, and sees which answers found no place. */
  private adopt({ root, built }: { root: RootNode; built: Built }, from: Snapshot): void {
    this.seen = { ...from.dormant, ...from.fields }
    const name = (node: AnyNode, path: string): void => {
      if (isRange(node)) {
        node.currentState.children.forEach((instance, i) => {
          const id = built.ids[path]?.[i]
          if (id) this.ids.set(instance, id)
          name(instance, `${path}[${this.idOf(instance)}]`)
        })
      } else if (!isLeaf(node)) {
        for (const child of node.currentState.children as readonly AnyNode[]) name(child, `${path}/${segment(child)}`)
      }
    }
    name(root, `/${segment(root)}`)
    this.setLeftover({ ...built.leftover, ...this.unfit(from.fields) })
  }

  /** Answers that have a question, which does not take them: a choice or a type that is no more. */
  private unfit(given: Fields): Fields {
    const { fields, dormant } = this.snapshot()
    const unfit: Fields = {}
    for (const node of this.nodes()) {
      if (!isLeaf(node) || node.nodeType === 'model-value' || node.nodeType === 'note' || node.currentState.readonly) continue
      const path = this.stable(node)
      if (given[path] !== undefined && fields[path] === undefined && dormant[path] === undefined) unfit[path] = given[path]
    }
    return unfit
  }

  /** Takes one answer away for good, also one that the engine would bring back (a file of a restored instance). */
  async withdraw(path: string): Promise<void> {
    const { fields, dormant } = this.snapshot()
    delete fields[path]
    delete dormant[path]
    await this.rebuild({ fields: { ...this.leftover(), ...fields }, dormant })
  }

  discardLeftover(field: string): void {
    const rest = { ...this.leftover() }
    delete rest[field]
    this.setLeftover(rest)
  }

  /** Puts answers into a new instance, where the question is there and may be written. */
  private fill(answers: Fields): void {
    for (const node of this.nodes()) {
      const text = isLeaf(node) ? answers[this.stable(node)] : undefined
      if (text !== undefined) write(node as AnyLeafNode, text)
    }
  }

  /** @param wanted name of a language of the form; '' takes the app's, else the form's default. */
  chooseLanguage(wanted: string): void {
    const root = untrack(this.root)
    const named = root.languages.filter((language) => !language.isSyntheticDefault)
    const suited = pickLanguage(named.map((language) => language.language), this.frame.language, '')
    // A draft may have been written in a language that the newer version no longer has.
    const chosen = named.find((language) => language.language === wanted) ?? named.find((language) => language.language === suited)
    if (chosen && chosen.language !== untrack(() => root.currentState.activeLanguage.language)) root.setLanguage(chosen)
  }

  draft(): DraftState {
    const { fields, dormant, answered } = this.snapshot()
    const saved: Saved = {
      version: this.source.version,
      fields,
      dormant,
      leftover: untrack(this.leftover),
      kept: this.kept,
      page: this.page,
      language: untrack(() => this.root().currentState.activeLanguage.language),
    }
    return { saved: JSON.stringify(saved), label: titleOf(this, fields), answered, files: this.files(fields).map((f) => f.name) }
  }

  /** The finished submission; also lets the form note its end time. */
  async filled(): Promise<FilledForm> {
    await this.root().prepareInstancePayload()
    const { fields } = this.snapshot()
    const all = { ...untrack(this.leftover), ...fields }
    const { xml } = fieldsToXml(this.engine.shape, fields, identityOf(this.instanceId))
    return { fields: all, files: this.files(all), label: titleOf(this, fields), instanceXml: xml }
  }

  private files(fields: Fields): KeptFile[] {
    const used = new Set(Object.values(fields))
    return Object.values(this.kept).filter((file) => used.has(file.name))
  }
}
