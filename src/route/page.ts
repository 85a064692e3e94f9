import { isDigest, isRepositoryName, isTag, type Digest, type Reference } from './names.js'

/** A page for people: what of a registry is shown in a browser. */
export type Page =
  | { readonly name: 'organizations' }
  | { readonly name: 'organization'; readonly organization: string }
  | { readonly name: 'repository'; readonly repository: string }
  | { readonly name: 'manifest'; readonly repository: string; readonly reference: Reference }
  | { readonly name: 'layer'; readonly repository: string; readonly digest: Digest }
  | { readonly name: 'live' }
  | { readonly name: 'events' }
  | { readonly name: 'login' }
  | { readonly name: 'logout' }
  | { readonly name: 'asset'; readonly file: string }
  /** Under the paths of pages, and none of them. */
  | { readonly name: 'missing' }

const fixed: Readonly<Record<string, Page>> = {
  '/': { name: 'organizations' },
  '/live': { name: 'live' },
  '/live/events': { name: 'events' },
  '/login': { name: 'login' },
  '/logout': { name: 'logout' },
}

const missing: Page = { name: 'missing' }

/** Reads the path of a page; undefined for what is under none of their paths. */
export function parsePage(path: string): Page | undefined {
  if (Object.hasOwn(fixed, path)) return fixed[path]
  const [, room, rest = ''] = /^\/(organization|repository|assets)\/(.*)$/s.exec(path) ?? []
  switch (room) {
    case 'assets':
      return { name: 'asset', file: rest }
    case 'organization':
      return isRepositoryName(rest) && !rest.includes('/') ? { name: 'organization', organization: rest } : missing
    case 'repository':
      return repositoryPage(rest)
    default:
      return undefined
  }
}

// A name may hold the words below. With a slash behind it, it is a repository's page whatever it ends with.
function repositoryPage(rest: string): Page {
  if (rest.endsWith('/')) return nameOnly(rest.slice(0, -1))
  const [, repository, word, last] = /^(.*)\/(tag|manifest|layer)\/([^/]*)$/s.exec(rest) ?? []
  if (repository === undefined || word === undefined || last === undefined) return nameOnly(rest)
  if (!isRepositoryName(repository)) return missing
  if (word === 'tag') return isTag(last) ? { name: 'manifest', repository, reference: { tag: last } } : missing
  if (!isDigest(last)) return missing
  return word === 'manifest'
    ? { name: 'manifest', repository, reference: { digest: last } }
    : { name: 'layer', repository, digest: last }
}

const nameOnly = (repository: string): Page =>
  isRepositoryName(repository) ? { name: 'repository', repository } : missing

/** A page that has an address. */
export type AddressablePage = Exclude<Page, { readonly name: 'missing' }>

/** The path of a page: the inverse of `parsePage`. */
export function formatPage(page: AddressablePage): string {
  switch (page.name) {
    case 'organizations':
      return '/'
    case 'organization':
      return `/organization/${page.organization}`
    case 'repository':
      return `/repository/${page.repository}/`
    case 'manifest': {
      const { tag, digest } = page.reference
      return `/repository/${page.repository}/${tag === undefined ? `manifest/${digest}` : `tag/${tag}`}`
    }
    case 'layer':
      return `/repository/${page.repository}/layer/${page.digest}`
    case 'asset':
      return `/assets/${page.file}`
    case 'events':
      return '/live/events'
    case 'live':
    case 'login':
    case 'logout':
      return `/${page.name}`
  }
}
