import { isRepositoryName } from './names.js'

/**
 * A classic Helm repository, of which each organization has one at `/charts/<organization>`, and ChartMuseum's API for
 * it, at `/charts/api/<organization>`.
 */
export type ChartRoute =
  | { readonly kind: 'chartIndex'; readonly organization: string }
  /** A package, or its provenance. `file` is the package's name, such as `web-0.1.0.tgz`, either way. */
  | {
      readonly kind: 'chartFile'
      readonly organization: string
      readonly file: string
      readonly provenance: boolean
    }
  | { readonly kind: 'charts'; readonly organization: string }
  | { readonly kind: 'chartProvenances'; readonly organization: string }
  | { readonly kind: 'chartVersions'; readonly organization: string; readonly name: string }
  | { readonly kind: 'chartVersion'; readonly organization: string; readonly name: string; readonly version: string }

const kinds: ReadonlySet<string> = new Set<ChartRoute['kind']>([
  'chartIndex',
  'chartFile',
  'charts',
  'chartProvenances',
  'chartVersions',
  'chartVersion',
])

/** Whether a route is one of a classic Helm repository. */
export const isChartRoute = (route: { readonly kind: string }): route is ChartRoute => kinds.has(route.kind)

// What `helm lint` lets charts be called, and what versions are made of.
const namePattern = /^[a-zA-Z0-9._-]{1,250}$/
const versionPattern = /^[a-zA-Z0-9.+_-]{1,250}$/

/** Reads the decoded path of a route under `/charts/`; undefined for what is none. */
export function parseChartPath(path: string): ChartRoute | undefined {
  const [, , first = '', second = '', third, name, version, ...rest] = path.split('/')
  if (third === undefined) return fileRoute(first, second)
  if (first !== 'api' || !isOrganization(second) || rest.length > 0) return undefined
  if (name === undefined)
    return third === 'prov' ? { kind: 'chartProvenances', organization: second } : charts(second, third)
  if (third !== 'charts' || !namePattern.test(name)) return undefined
  if (version === undefined) return { kind: 'chartVersions', organization: second, name }
  return versionPattern.test(version) ? { kind: 'chartVersion', organization: second, name, version } : undefined
}

const charts = (organization: string, word: string): ChartRoute | undefined =>
  word === 'charts' ? { kind: 'charts', organization } : undefined

function fileRoute(organization: string, last: string): ChartRoute | undefined {
  if (!isOrganization(organization)) return undefined
  if (last === 'index.yaml') return { kind: 'chartIndex', organization }
  const [, file, prov] = /^([a-zA-Z0-9.+_-]{1,510}\.tgz)(\.prov)?$/.exec(last) ?? []
  return file === undefined ? undefined : { kind: 'chartFile', organization, file, provenance: prov !== undefined }
}

const isOrganization = (text: string): boolean => isRepositoryName(text) && !text.includes('/')

/** The path of a route: the inverse of `parseChartPath`. */
export function formatChartPath(route: ChartRoute): string {
  const { organization } = route
  switch (route.kind) {
    case 'chartIndex':
      return `/charts/${organization}/index.yaml`
    case 'chartFile':
      return `/charts/${organization}/${route.file}${route.provenance ? '.prov' : ''}`
    case 'charts':
      return `/charts/api/${organization}/charts`
    case 'chartProvenances':
      return `/charts/api/${organization}/prov`
    case 'chartVersions':
      return `/charts/api/${organization}/charts/${route.name}`
    case 'chartVersion':
      return `/charts/api/${organization}/charts/${route.name}/${route.version}`
  }
}
