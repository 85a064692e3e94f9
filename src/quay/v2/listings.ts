import { randomBytes } from 'node:crypto'
import type { Call, Reply } from '../../protocol/call.js'
import { first, formatQuery, type Query } from '../../route/query.js'
import { formatRoute, type Route } from '../../route/route.js'
import type { QuayRegistry } from '../quay.js'
import { jsonPage } from './pages.js'

type TagsCall = Call<Extract<Route, { readonly kind: 'tags' }>>
type CatalogCall = Call<Extract<Route, { readonly kind: 'catalog' }>>

/** Cursors that tell a client nothing: Quay encrypts them, here they are remembered by a random name. */
export class Cursors {
  readonly #positions = new Map<string, number>()

  /** A name for a place in a listing. */
  name(position: number): string {
    const name = randomBytes(24).toString('base64url')
    // Whoever asks for page after page and never ends must not fill the memory.
    if (this.#positions.size === most) this.#positions.clear()
    this.#positions.set(name, position)
    return name
  }

  /** The place that a name was given to, or the beginning. */
  position(name: string | undefined): number {
    return (name === undefined ? undefined : this.#positions.get(name)) ?? 0
  }
}

const most = 10_000

/** Lists tags (endpoints/v2/tag.py): by age behind an opaque cursor, or by name behind the last one. */
export function listTags(call: TagsCall, quay: QuayRegistry): Reply {
  const { repository } = call.route
  // Access has looked whether the repository is there.
  const tags = quay.history.tags(repository, call.at)
  if (quay.rows.tagOrder === 'age') {
    const { items, link } = pageByCursor(call, tags, quay)
    return jsonPage(200, { name: repository, tags: items }, link)
  }
  const most = mostOf(quay)
  const n = limitOf(call.query, { least: 0, most, otherwise: most })
  const last = first(call.query, 'last')?.trim()
  const behind = tags.toSorted().filter((tag) => last === undefined || tag > last)
  const items = behind.slice(0, n)
  const more = items.length > 0 && behind.length > items.length
  return jsonPage(200, { name: repository, tags: items }, more ? linkTo(call.route, { n, last: items.at(-1) }) : {})
}

/** Lists the repositories that somebody may see (endpoints/v2/catalog.py). */
export function listCatalog(call: CatalogCall, names: readonly string[], quay: QuayRegistry): Reply {
  const { items, link } = pageByCursor(call, names, quay)
  return jsonPage(200, { repositories: items }, link)
}

function pageByCursor(
  call: TagsCall | CatalogCall,
  all: readonly string[],
  quay: QuayRegistry,
): { items: readonly string[]; link: Readonly<Record<string, string>> } {
  const { cursors } = quay
  // What is no number is taken for 0.
  const n = limitOf(call.query, { least: 1, most: mostOf(quay), otherwise: 1 })
  // `last` is another name of the cursor: a tag's name there is none, and begins from the start.
  const start = cursors.position(first(call.query, 'next_page') ?? first(call.query, 'last'))
  const items = all.slice(start, start + n)
  const more = start + n < all.length
  return { items, link: more ? linkTo(call.route, { n, next_page: cursors.name(start + n) }) : {} }
}

const mostOf = ({ config, rows }: QuayRegistry): number => Math.max(config.V2_PAGINATION_SIZE, rows.leastPage)

// A number that is none, or too large, is no error.
function limitOf(query: Query, { least, most, otherwise }: Record<'least' | 'most' | 'otherwise', number>): number {
  const text = first(query, 'n')
  if (text === undefined) return most
  return /^-?\d+$/.test(text) ? Math.max(Math.min(Number(text), most), least) : otherwise
}

const linkTo = (
  route: TagsCall['route'] | CatalogCall['route'],
  parameters: Readonly<Record<string, string | number | undefined>>,
): Readonly<Record<string, string>> => ({ Link: `<${formatRoute(route)}${formatQuery(parameters)}>; rel="next"` })
