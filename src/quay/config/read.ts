import type { QuayVersion } from '../../profiles/quay.js'
import { ConfigError, type ConfigWarning, type Position } from './config-error.js'
import { locatedConfig, type Part, type ReadConfig } from './config.js'

type Document = import('yaml').Document
type LineCounter = import('yaml').LineCounter

/**
 * Reads the text of a config.yaml, as PyYAML does for Quay (YAML 1.1), and as the documentation prints it: a line that
 * is only `...` is passed over, and `FIELD = value` is taken as `FIELD: value` with a warning.
 * @throws ConfigError with line and column when it is no YAML, or a field has a value of a wrong type
 */
export async function readConfig(text: string, version: QuayVersion): Promise<ReadConfig> {
  const { LineCounter, parseDocument, visit } = await import('yaml')
  const { yaml, warnings } = repaired(text)
  const counter = new LineCounter()
  const document = parseDocument(yaml, { version: '1.1', lineCounter: counter, prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  if (error !== undefined) throw new ConfigError(error.message, positionAt(error.pos[0], counter))
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return
      throw new ConfigError(`the anchor &${alias.source} is nowhere before`, positionAt(alias.range?.[0] ?? 0, counter))
    },
  })
  const object = contentOf(document)
  const read = locatedConfig(object, version, (path, part) => locate(path, part, document, counter))
  const all = [
    ...warnings,
    ...document.warnings.map(({ message, pos }) => ({ message, line: positionAt(pos[0], counter).line })),
    ...read.warnings,
  ]
  return { config: read.config, warnings: all.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
}

// What stands on a line keeps its line, and nearly always its column.
function repaired(text: string): { yaml: string; warnings: readonly ConfigWarning[] } {
  const warnings: ConfigWarning[] = []
  const lines = text.split('\n').map((line, index) => {
    if (/^\s*\.\.\.\s*$/.test(line)) return ''
    const [, name, before = '', after = '', value = ''] = /^([A-Z][A-Z0-9_]*)(\s*)=(\s*)(.*?)\s*$/.exec(line) ?? []
    if (name === undefined) return line
    warnings.push({
      line: index + 1,
      message: `"${name} = ${value}" is no YAML, and Quay does not start with it: write ${name}: ${value}`,
    })
    return `${name}${before}:${after || ' '}${value}`
  })
  return { yaml: lines.join('\n'), warnings }
}

function contentOf(document: Document): Readonly<Record<string, unknown>> {
  let content: unknown
  try {
    content = document.toJS()
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error))
  }
  if (content === null || content === undefined) return {}
  if (typeof content === 'object' && !Array.isArray(content)) return content as Readonly<Record<string, unknown>>
  throw new ConfigError('a config.yaml must have lines of the form FIELD: value', { line: 1, column: 1 })
}

// The place of what a path leads to, or of what holds it when that has none, as behind an alias.
function locate(
  path: readonly (string | number)[],
  part: Part,
  document: Document,
  counter: LineCounter,
): Position | undefined {
  for (let length = path.length; length > 0; length--) {
    const way = path.slice(0, length)
    const start = startOf(part === 'key' ? keyAt(way, document) : document.getIn(way, true))
    if (start !== undefined) return positionAt(start, counter)
  }
  return undefined
}

function keyAt(path: readonly (string | number)[], document: Document): unknown {
  const holder: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const { items } = (holder ?? {}) as { readonly items?: readonly { readonly key?: { readonly value?: unknown } }[] }
  return items?.find(({ key }) => key?.value === path.at(-1))?.key
}

const startOf = (node: unknown): number | undefined =>
  (node as { readonly range?: readonly number[] | null } | undefined)?.range?.[0]

function positionAt(offset: number, counter: LineCounter): Position {
  const { line, col } = counter.linePos(offset)
  return { line, column: col }
}
