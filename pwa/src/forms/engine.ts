/** The only door to `@getodk/xforms-engine`: loads a form version and makes instances of it.
 *
 * New instances run the form's first-load actions (defaults, start time); all others (drafts, amends, undo) come from
 * fields and are *restored*, so nothing the person cleared comes back. No position is ever taken by itself (start-geopoint
 * stays blank). Needs a DOM and CSP `'wasm-unsafe-eval'`. */
import { loadForm, type AnyFormInstance, type RootNode } from '@getodk/xforms-engine'
import { createRoot } from 'solid-js'
import { createMutable } from 'solid-js/store'
import type { Fields, FormSource } from './contract'
import { cutToAreas } from './areas'
import { fieldsToXml, type Built } from './fields'
import { readShape, type FormShape } from './shape'

type Loaded = Exclude<Awaited<ReturnType<typeof loadForm>>, { status: 'failure' }>
type Config = Parameters<Loaded['createInstance']>[0]
type Restored = Parameters<Loaded['restoreInstance']>[0]
type Attachment = NonNullable<NonNullable<Parameters<typeof loadForm>[1]>['fetchFormAttachment']>

export interface Engine {
  readonly shape: FormShape
  /** Names of form attachments that the phone lacks. */
  readonly missing: readonly string[]
  /** A new instance with its defaults. */
  create(): RootNode
  /** @param defaults true when the answers come from another version of the form. */
  restore(fields: Fields, identity: string, defaults: boolean): Promise<{ root: RootNode; built: Built }>
  dispose(): void
}

/** @throws Error with the engine's own words when the form cannot be loaded. */
export async function loadEngine(source: Pick<FormSource, 'formXml' | 'attachment'>, areas: readonly string[] = []): Promise<Engine> {
  allowXmlParsing()
  const shape = readShape(source.formXml)
  const missing: string[] = []
  const fetchFormAttachment: Attachment = async (url) => {
    const name = decodeURIComponent(url.href.replace(/^jr:\/\/[^/]+\//, ''))
    const bytes = await source.attachment(name)
    if (bytes) return response(await cutToAreas(name, bytes, areas), name)
    missing.push(name)
    return { ok: false, status: 404, text: () => Promise.resolve(''), blob: () => Promise.resolve(new Blob()) }
  }
  const { form, dispose } = await createRoot(async (dispose) => ({
    form: await loadForm(source.formXml, { fetchFormAttachment, missingResourceBehavior: 'BLANK' }),
    dispose,
  }))
  if (form.status === 'failure') {
    dispose()
    throw new Error(reasons(form.error).join(' · '), { cause: form.error })
  }
  const config: Config = {
    stateFactory: createMutable,
    instanceAttachments: { fileNameFactory: () => null },
  }
  const rootOf = (instance: AnyFormInstance): RootNode => instance.root
  return {
    shape,
    missing,
    create: () => rootOf(form.createInstance(config)),
    async restore(fields, identity, defaults) {
      const built = fieldsToXml(shape, fields, identity, defaults)
      const data = new FormData()
      data.set('xml_submission_file', new File([built.xml], 'xml_submission_file', { type: 'text/xml' }))
      const instance = await form.restoreInstance({ data: [data as unknown as Restored['data'][0]] }, config)
      return { root: rootOf(instance), built }
    },
    dispose,
  }
}

/** Every message in a chain of errors, deepest last; the engine nests what matters. */
export function reasons(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : error.cause === undefined ? [] : [error.cause]
  return [...new Set([error.message.trim(), ...inner.flatMap(reasons)])].filter(Boolean)
}

function response(bytes: Blob, name: string) {
  const type = name.endsWith('.csv') ? 'text/csv' : name.endsWith('.geojson') ? 'application/geo+json' : bytes.type || 'text/xml'
  return { ok: true, status: 200, headers: new Headers({ 'content-type': type }), text: () => bytes.text(), blob: () => Promise.resolve(bytes) }
}

interface TrustedTypesWindow {
  trustedTypes?: { defaultPolicy: unknown; createPolicy(name: string, rules: { createHTML(text: string, type: string, sink: string): string | null }): unknown }
}

/** Under Trusted Types the engine's DOMParser needs a default policy; it lets nothing through but XML being parsed. */
function allowXmlParsing(): void {
  const { trustedTypes } = globalThis as TrustedTypesWindow
  if (!trustedTypes || trustedTypes.defaultPolicy) return
  trustedTypes.createPolicy('default', { createHTML: (text, _type, sink) => (sink.startsWith('DOMParser') ? text : null) })
}
