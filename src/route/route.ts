import { isDigest, isRepositoryName, isTag, looksLikeDigest, type Digest, type Reference } from './names.js'
import { formatChartPath, parseChartPath, type ChartRoute } from './chart-route.js'
import { formatPage, parsePage, type AddressablePage, type Page } from './page.js'
import { parseQuery, type Query } from './query.js'

/**
 * Where a request goes: one member per end of distribution-spec 1.1 "Endpoints", the service that issues tokens, the
 * pages for people, classic Helm repositories, and what is none of them.
 */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'token' }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: Reference }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: Digest }
  | ChartRoute
  | {
      readonly kind: 'invalid'
      readonly code: 'NAME_INVALID' | 'DIGEST_INVALID' | 'TAG_INVALID'
      readonly text: string
    }
  /** What the inspector shows to people; without one there is no such page. */
  | { readonly kind: 'page'; readonly page: Page }
  /** `path` as it was sent, for pages that are none of the OCI API's. */
  | { readonly kind: 'unknown'; readonly path: string }

export type RouteKind = Route['kind']

/** A request target, read once. */
export interface Target {
  readonly route: Route
  readonly query: Query
}

const base: Route = { kind: 'base' }
const noQuery: Query = new Map()

/**
 * Reads a request target (RFC 9112 §3.2, origin-form; an absolute-form's authority is dropped) from its raw text.
 * The text is never normalised: `..`, `//` and `%2f` reach the grammar as they came and are refused by it.
 * Never throws; what the grammar refuses comes back as an `invalid` route with the code to answer.
 */
export function parseTarget(target: string): Target {
  let known = recent.get(target)
  if (known === undefined) {
    known = readTarget(target)
    if (recent.size === mostRecent) recent.clear()
    if (target.length <= longestRecent) recent.set(target, known)
  }
  return known
}

// Clients ask for the same few things again and again, and reading is a twentieth of what a small GET costs. What is
// kept follows from the text alone, so that registries of one process may share it.
const recent = new Map<string, Target>()
const mostRecent = 256
const longestRecent = 512

function readTarget(target: string): Target {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return {
    route: parsePath(path.startsWith('/') ? path : originForm(path)),
    query: mark < 0 ? noQuery : parseQuery(target.slice(mark + 1)),
  }
}

const originForm = (path: string): string => /^https?:\/\/[^/]*(\/.*)?$/i.exec(path)?.[1] ?? ''

const unknown = (path: string): Route => ({ kind: 'unknown', path })

function parsePath(raw: string): Route {
  const path = raw.includes('%') ? raw.split('/').map(decodeSegment).join('/') : raw
  if (path === '/v2/' || path === '/v2') return base
  if (path === '/v2/_catalog') return { kind: 'catalog' }
  if (path === '/v2/auth') return { kind: 'token' }
  if (path.startsWith('/charts/')) return parseChartPath(path) ?? unknown(raw)
  if (!path.startsWith('/v2/')) {
    const page = parsePage(path)
    return page ? { kind: 'page', page } : unknown(raw)
  }
  // A name may hold any of the words below, so the end of the path decides.
  const lastSlash = path.lastIndexOf('/')
  const slash = path.lastIndexOf('/', lastSlash - 1)
  const last = path.slice(lastSlash + 1)
  switch (path.slice(slash + 1, lastSlash)) {
    case 'manifests':
      return named(path, slash) ?? manifestRoute(path.slice(4, slash), last)
    case 'referrers':
      return named(path, slash) ?? digestRoute('referrers', path.slice(4, slash), last)
    case 'tags':
      return last === 'list' ? (named(path, slash) ?? { kind: 'tags', repository: path.slice(4, slash) }) : unknown(raw)
    case 'blobs':
      if (last !== 'uploads') return named(path, slash) ?? digestRoute('blob', path.slice(4, slash), last)
      return named(path, slash) ?? { kind: 'uploads', repository: path.slice(4, slash) }
    case 'uploads':
      return path.endsWith('/blobs', slash) ? uploadRoute(path, slash - '/blobs'.length, last) : unknown(raw)
    default:
      return unknown(raw)
  }
}

function uploadRoute(path: string, end: number, id: string): Route {
  const repository = path.slice(4, end)
  return named(path, end) ?? (id === '' ? { kind: 'uploads', repository } : { kind: 'upload', repository, id })
}

// A segment that cannot be decoded, or would become two, stays as it is: '%' is in none of the grammars.
function decodeSegment(segment: string): string {
  try {
    const decoded = decodeURIComponent(segment)
    return decoded.includes('/') ? segment : decoded
  } catch {
    return segment
  }
}

// The route of a name that is none; nothing when what stands between /v2/ and `end` is one.
function named(path: string, end: number): Route | undefined {
  const text = path.slice(4, end)
  return isRepositoryName(text) ? undefined : { kind: 'invalid', code: 'NAME_INVALID', text }
}

function manifestRoute(repository: string, text: string): Route {
  if (isDigest(text)) return { kind: 'manifest', repository, reference: { digest: text } }
  if (isTag(text)) return { kind: 'manifest', repository, reference: { tag: text } }
  return { kind: 'invalid', code: looksLikeDigest(text) ? 'DIGEST_INVALID' : 'TAG_INVALID', text }
}

function digestRoute(kind: 'blob' | 'referrers', repository: string, text: string): Route {
  return isDigest(text) ? { kind, repository, digest: text } : { kind: 'invalid', code: 'DIGEST_INVALID', text }
}

/** A route that a request can be sent to: what `formatRoute` writes. */
export type Addressable =
  | Exclude<Route, { readonly kind: 'invalid' | 'unknown' | 'page' }>
  | { readonly kind: 'page'; readonly page: AddressablePage }

/**
 * The path of a route, as a relative reference (no scheme, no host): the inverse of `parseTarget`.
 * Relative, so that a client that reached us by another name or port stays there (anchors: client trap 1).
 */
export function formatRoute(route: Addressable): string {
  switch (route.kind) {
    case 'base':
      return '/v2/'
    case 'catalog':
      return '/v2/_catalog'
    case 'token':
      return '/v2/auth'
    case 'tags':
      return `/v2/${route.repository}/tags/list`
    case 'manifest':
      return `/v2/${route.repository}/manifests/${route.reference.digest ?? route.reference.tag}`
    case 'blob':
      return `/v2/${route.repository}/blobs/${route.digest}`
    case 'uploads':
      return `/v2/${route.repository}/blobs/uploads/`
    case 'upload':
      return `/v2/${route.repository}/blobs/uploads/${route.id}`
    case 'referrers':
      return `/v2/${route.repository}/referrers/${route.digest}`
    case 'page':
      return formatPage(route.page)
    default:
      return formatChartPath(route)
  }
}
