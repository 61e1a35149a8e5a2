/* Opens an XForm in the engine that the phone uses, outside a browser, and says what it throws.
 *
 * stdin: {"xform": text, "files": {name: text}, "modules": folder of node_modules}; stdout: {"problems": [messages]}.
 * Started by engine.py only. Fetches nothing: form attachments come with stdin, a missing one is blank.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { xform, files, modules } = JSON.parse(readFileSync(0, 'utf8'))
const problems = []
const tell = (error) => {
  for (let at = error; at; at = at.cause) {
    const inner = Array.isArray(at.errors) ? at.errors[0] : null
    if (!at.cause && !inner) problems.push(String(at.message ?? at))
    if (inner && !at.cause) problems.push(String(inner.message ?? inner))
  }
}
const answer = () => {
  process.stdout.write(JSON.stringify({ problems: [...new Set(problems)] }), () => process.exit(0))
}
process.on('uncaughtException', (error) => { tell(error); answer() })
process.on('unhandledRejection', (error) => { tell(error); answer() })

const { JSDOM } = createRequire(join(modules, 'anything.js'))('jsdom')
const { window } = new JSDOM('<!doctype html><html><body></body></html>')
const wanted = ['document', 'DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'Attr', 'Text',
  'Comment', 'CDATASection', 'ProcessingInstruction', 'NodeFilter', 'XPathResult', 'HTMLElement', 'DocumentFragment']
globalThis.window = window
for (const name of wanted) globalThis[name] = window[name]
// The engine's WebAssembly loader asks for these when it sees Node.
globalThis.__dirname = '/'
globalThis.__filename = '/engine.js'

const kinds = { csv: 'text/csv', geojson: 'application/geo+json', xml: 'text/xml' }
const fetchFormAttachment = async (url) => {
  const name = decodeURIComponent(String(url).split('/').pop())
  const text = files[name]
  if (text === undefined) return new Response('', { status: 404 })
  return new Response(text, { headers: { 'content-type': kinds[name.split('.').pop().toLowerCase()] ?? 'text/plain' } })
}

const engine = await import(pathToFileURL(join(modules, '@getodk/xforms-engine/dist/index.js')))
const opened = await engine.loadForm(xform, {
  fetchFormAttachment,
  missingResourceBehavior: engine.constants.MISSING_RESOURCE_BEHAVIOR.BLANK,
})
if (opened.status === 'failure') tell(opened.error)
else {
  try {
    opened.createInstance()
  } catch (error) {
    tell(error)
  }
}
answer()
