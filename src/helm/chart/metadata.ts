import { ChartError } from './chart-error.js'
import { parseVersion } from '../versions.js'

/** Somebody who looks after a chart. */
export interface Maintainer {
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly url?: string | undefined
}

/** A chart that another one needs. */
export interface Dependency {
  readonly name: string
  readonly version?: string | undefined
  readonly repository: string
  readonly condition?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly enabled?: boolean | undefined
  readonly 'import-values'?: readonly unknown[] | undefined
  readonly alias?: string | undefined
}

/** What Chart.yaml says (Helm's documentation, "The Chart.yaml File"), and nothing else that may stand in it. */
export interface ChartMetadata {
  readonly name: string
  readonly home?: string | undefined
  readonly sources?: readonly string[] | undefined
  readonly version: string
  readonly description?: string | undefined
  readonly keywords?: readonly string[] | undefined
  readonly maintainers?: readonly Maintainer[] | undefined
  readonly icon?: string | undefined
  readonly apiVersion: string
  readonly condition?: string | undefined
  readonly tags?: string | undefined
  readonly appVersion?: string | undefined
  readonly deprecated?: boolean | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly kubeVersion?: string | undefined
  readonly dependencies?: readonly Dependency[] | undefined
  readonly type?: string | undefined
}

/**
 * Reads what Chart.yaml, or the config of a chart's manifest, says. Members that Helm does not know are left out and
 * empty ones are too, as Helm writes them; a number where text is to be is taken as the text.
 *
 * This is strict because one wrong entry makes an index useless: Helm refuses an index.yaml whole that has a member or a
 * type of value it does not know.
 * @throws ChartError that names what is wrong.
 */
export function metadataOf(value: unknown): ChartMetadata {
  const given = object(value, 'Chart.yaml')
  const name = needed(given, 'name')
  if (!isChartName(name)) throw new ChartError("a chart's name is 1 to 250 letters, digits, . _ and -")
  const version = needed(given, 'version')
  if (!parseVersion(version)) throw new ChartError(`${JSON.stringify(version.slice(0, 100))} is no semantic version`)
  const type = text(given, 'type')
  if (type !== undefined && type !== 'application' && type !== 'library') {
    throw new ChartError('the type of a chart is application or library')
  }
  // In the order in which Helm writes them.
  return {
    name,
    ...member('home', text(given, 'home')),
    ...member('sources', texts(given, 'sources')),
    version,
    ...member('description', text(given, 'description')),
    ...member('keywords', texts(given, 'keywords')),
    ...member('maintainers', list(given, 'maintainers')?.map(maintainer)),
    ...member('icon', text(given, 'icon')),
    apiVersion: needed(given, 'apiVersion'),
    ...member('condition', text(given, 'condition')),
    ...member('tags', text(given, 'tags')),
    ...member('appVersion', text(given, 'appVersion')),
    ...member('deprecated', flag(given, 'deprecated')),
    ...member('annotations', textMap(given, 'annotations')),
    ...member('kubeVersion', text(given, 'kubeVersion')),
    ...member('dependencies', dependenciesOf(given)),
    ...member('type', type),
  }
}

/** The charts that a Chart.yaml or a requirements.yaml names. @throws ChartError */
export function dependenciesOf(value: unknown): readonly Dependency[] | undefined {
  const found = list(object(value, 'the file'), 'dependencies')?.map(dependency)
  const seen = new Set<string>()
  for (const { name, alias } of found ?? []) {
    const key = alias ?? name
    if (seen.has(key)) throw new ChartError(`two dependencies are called ${JSON.stringify(key)}`)
    seen.add(key)
  }
  return found
}

// The rule of `helm lint`: nothing of it means something in a path or an URL.
const isChartName = (name: string): boolean => /^[a-zA-Z0-9._-]{1,250}$/.test(name) && name !== '.' && name !== '..'

type Members = Readonly<Record<string, unknown>>

function maintainer(value: unknown): Maintainer {
  const given = object(value, 'a maintainer')
  return {
    ...member('name', text(given, 'name')),
    ...member('email', text(given, 'email')),
    ...member('url', text(given, 'url')),
  }
}

function dependency(value: unknown): Dependency {
  const given = object(value, 'a dependency')
  const alias = text(given, 'alias')
  if (alias !== undefined && !/^[a-zA-Z0-9_-]+$/.test(alias)) {
    throw new ChartError('the alias of a dependency is letters, digits, _ and -')
  }
  return {
    name: needed(given, 'name'),
    ...member('version', text(given, 'version')),
    repository: text(given, 'repository') ?? '',
    ...member('condition', text(given, 'condition')),
    ...member('tags', texts(given, 'tags')),
    ...member('enabled', flag(given, 'enabled')),
    ...member('import-values', shallow(list(given, 'import-values'))),
    ...member('alias', alias),
  }
}

const member = <K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: T }

function object(value: unknown, what: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw new ChartError(`${what} is no mapping`)
}

// Own members alone: `constructor` is one of every object.
const own = (given: Members, key: string): unknown => {
  const value = Object.hasOwn(given, key) ? given[key] : undefined
  return value === null || value === '' ? undefined : value
}

function text(given: Members, key: string): string | undefined {
  const value = own(given, key)
  return value === undefined ? undefined : asText(value, key)
}

function asText(value: unknown, key: string): string {
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  throw new ChartError(`${key} is no text`)
}

// Half of a surrogate pair cannot be written.
const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd')

function needed(given: Members, key: string): string {
  const value = text(given, key)
  if (value !== undefined) return value
  throw new ChartError(`a chart needs ${key}`)
}

function flag(given: Members, key: string): boolean | undefined {
  const value = own(given, key)
  if (value === undefined || value === false) return undefined
  if (value === true) return true
  throw new ChartError(`${key} is true or false`)
}

function list(given: Members, key: string): readonly unknown[] | undefined {
  const value = own(given, key)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new ChartError(`${key} is no list`)
  return value.length === 0 ? undefined : value
}

/** Anything that is no deeper than somebody writes by hand: parsers have a limit too. */
function shallow(values: readonly unknown[] | undefined, depth = 0): readonly unknown[] | undefined {
  for (const value of values ?? []) {
    if (typeof value !== 'object' || value === null) continue
    if (depth === 20) throw new ChartError('import-values is a mapping of mappings of mappings')
    shallow(Object.values(value), depth + 1)
  }
  return values
}

const texts = (given: Members, key: string): readonly string[] | undefined =>
  list(given, key)?.map((value) => asText(value, key))

function textMap(given: Members, key: string): Readonly<Record<string, string>> | undefined {
  const value = own(given, key)
  if (value === undefined) return undefined
  const entries = Object.entries(object(value, key)).map(
    ([name, one]) => [wellFormed(name), one === null ? '' : asText(one, key)] as const,
  )
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
