import { isDigest, isRepositoryName, isTag, looksLikeDigest, type Digest, type Reference } from './names.js'
import { parseQuery, type Query } from './query.js'

/** Where a request goes: one member per end of distribution-spec 1.1 "Endpoints", and what is none of them. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: Reference }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: Digest }
  | {
      readonly kind: 'invalid'
      readonly code: 'NAME_INVALID' | 'DIGEST_INVALID' | 'TAG_INVALID'
      readonly text: string
    }
  | { readonly kind: 'unknown' }

export type RouteKind = Route['kind']

/** A request target, read once. */
export interface Target {
  readonly route: Route
  readonly query: Query
}

const base: Route = { kind: 'base' }
const unknown: Route = { kind: 'unknown' }
const noQuery: Query = new Map()

/**
 * Reads a request target (RFC 9112 §3.2, origin-form; an absolute-form's authority is dropped) from its raw text.
 * The text is never normalised: `..`, `//` and `%2f` reach the grammar as they came and are refused by it.
 * Never throws; what the grammar refuses comes back as an `invalid` route with the code to answer.
 */
export function parseTarget(target: string): Target {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return {
    route: parsePath(path.startsWith('/') ? path : originForm(path)),
    query: mark < 0 ? noQuery : parseQuery(target.slice(mark + 1)),
  }
}

const originForm = (path: string): string => /^https?:\/\/[^/]*(\/.*)?$/i.exec(path)?.[1] ?? ''

function parsePath(path: string): Route {
  if (path === '/v2/' || path === '/v2') return base
  if (!path.startsWith('/v2/')) return unknown
  const segments = path.slice(4).split('/')
  if (path.includes('%')) {
    for (let i = 0; i < segments.length; i++) segments[i] = decodeSegment(segments[i] as string)
  }
  if (segments.length === 1 && segments[0] === '_catalog') return { kind: 'catalog' }
  // A name may hold any of the words below, so the end of the path decides.
  const last = segments.at(-1) as string
  const end = segments.at(-2)
  if (end === 'manifests') return named(segments, 2, (repository) => manifestRoute(repository, last))
  if (end === 'referrers') return named(segments, 2, (repository) => digestRoute('referrers', repository, last))
  if (end === 'tags' && last === 'list') return named(segments, 2, (repository) => ({ kind: 'tags', repository }))
  if (end === 'blobs') {
    if (last === 'uploads') return named(segments, 2, (repository) => ({ kind: 'uploads', repository }))
    return named(segments, 2, (repository) => digestRoute('blob', repository, last))
  }
  if (end === 'uploads' && segments.at(-3) === 'blobs') {
    return named(segments, 3, (repository) =>
      last === '' ? { kind: 'uploads', repository } : { kind: 'upload', repository, id: last },
    )
  }
  return unknown
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

function named(segments: readonly string[], tail: number, route: (repository: string) => Route): Route {
  const repository = segments.slice(0, -tail).join('/')
  return isRepositoryName(repository) ? route(repository) : { kind: 'invalid', code: 'NAME_INVALID', text: repository }
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
export type Addressable = Exclude<Route, { readonly kind: 'invalid' | 'unknown' }>

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
  }
}
