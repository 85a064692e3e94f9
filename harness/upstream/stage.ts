import { nextPage, pageOf } from '../../src/distribution/paging.js'
import { entityTag } from '../../src/protocol/entity-tag.js'
import { oci } from '../../src/profiles/oci.js'
import { jsonReply, type Call, type Reply, type Stage } from '../../src/protocol/call.js'
import { mediaTypes } from '../../src/protocol/media-types.js'
import type { Digest } from '../../src/route/names.js'
import type { Route } from '../../src/route/route.js'
import { digestOf } from '../../src/store/hashing.js'
import { manifestPush } from '../../src/store/manifest.js'
import type { Store } from '../../src/store/store.js'
import { readAgain } from '../read-again.js'
import type { PullThrough } from './pull-through.js'
import { refusalOf } from './refusals.js'

export interface PullThroughView {
  readonly store: Store
  /** Whether a repository is asked about, by its name here. */
  readonly matches: (repository: string) => boolean
  /** Whether the registry has a referrers API. */
  readonly referrers: boolean
  /** Whether it takes manifests of what is not there. */
  readonly sparse: boolean
}

type CallOf<K extends Route['kind']> = Call<Extract<Route, { readonly kind: K }>>
type Next = () => Reply | Promise<Reply>

/**
 * Fetches what a call asks for and the store does not have, and lets the handler answer. It stands behind access: nobody
 * is told of an upstream's content who may not read here.
 * @throws RegistryError that says what the upstream said, or that a recording does not know.
 */
export function pullThrough(pull: PullThrough, view: PullThroughView): Stage {
  return (call, next) => {
    const { route, method } = call
    if (!('repository' in route) || !view.matches(route.repository)) return next()
    if (method !== 'GET' && method !== 'HEAD') {
      return route.kind === 'manifest' && method === 'PUT' && !view.sparse
        ? told(pushed(call as CallOf<'manifest'>, pull, view.store, next))
        : next()
    }
    switch (route.kind) {
      case 'manifest':
        return asked(pull.manifest(route.repository, route.reference, call.at), next)
      case 'blob':
        return method === 'GET'
          ? asked(pull.blob(route.repository, route.digest, call.at), next)
          : asked(pull.blobSize(route.repository, route.digest, call.at), (size) =>
              size === undefined ? next() : blobHead(route.digest, size),
            )
      case 'tags':
        return asked(pull.tags(route.repository, call.at, !call.query.has('last')), (tags) =>
          tags ? tagsReply(call as CallOf<'tags'>, tags) : next(),
        )
      case 'referrers':
        return view.referrers ? asked(pull.referrers(route.repository, route.digest, call.at), next) : next()
      default:
        return next()
    }
  }
}

// Who looks at what is answered may ask for more.
const asked = <T>(work: Promise<T>, answer: (value: T) => Reply | Promise<Reply>): Promise<Reply> =>
  told(work.then(answer))

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw refusalOf(error)
  }
}

// A client that was told that a blob is here does not push it; by now it must be.
async function pushed(call: CallOf<'manifest'>, pull: PullThrough, store: Store, next: Next): Promise<Reply> {
  const { repository } = call.route
  const bytes = await readAgain(call)
  const { blobs, manifests } = bytes ? requiredBy(bytes, call.headers['content-type']) : nothing
  for (const digest of blobs) {
    if (!(await store.blob(repository, digest, call.at))) await pull.blob(repository, digest, call.at)
  }
  for (const digest of manifests) {
    if (!(await store.manifest(repository, digest))) await pull.manifest(repository, { digest }, call.at)
  }
  return next()
}

const nothing = { blobs: [], manifests: [] } as const

function requiredBy(bytes: Buffer, contentType: string | undefined): ReturnType<typeof manifestPush>['requires'] {
  try {
    return manifestPush(bytes, digestOf(bytes), contentType?.split(';', 1)[0]?.trim() || undefined).requires
  } catch {
    // The handler says what is wrong with it.
    return nothing
  }
}

const blobHead = (digest: Digest, size: number): Reply => ({
  status: 200,
  headers: {
    'Content-Type': mediaTypes.bytes,
    'Content-Length': size,
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
    'Accept-Ranges': 'bytes',
  },
})

function tagsReply({ route, query }: CallOf<'tags'>, tags: readonly string[]): Reply {
  const { after, limit } = pageOf(query, oci.pageLimit)
  const behind = after === undefined ? tags : tags.filter((tag) => tag > after)
  const items = behind.slice(0, limit)
  const more = items.length > 0 && items.length < behind.length
  return jsonReply(
    200,
    { name: route.repository, tags: items },
    more ? nextPage(route, { n: limit, last: items.at(-1) }) : {},
  )
}
