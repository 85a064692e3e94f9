import { whenReady } from '../../protocol/awaitable.js'
import type { Call, Reply, Stage } from '../../protocol/call.js'
import { mediaTypes } from '../../protocol/media-types.js'
import type { Route } from '../../route/route.js'
import { splitRepository } from '../directory/names.js'
import { sweep } from '../history/retag.js'
import { htmlError } from '../html.js'
import type { QuayRegistry } from '../quay.js'
import { unauthorized } from './challenge.js'
import { quayAccess } from './access.js'
import { gateOf } from '../artifact-types/gate.js'
import { emptyLayer, provideEmptyLayer } from './empty-layer.js'
import { manifestInvalid, QuayAbort, QuayError } from './errors.js'
import { listTags } from './listings.js'
import { deleteManifest, pullManifest, pushManifest } from './manifests.js'
import { abortReply } from './pages.js'
import { listReferrers } from './referrers.js'
import { upload } from './uploads.js'

type Next = () => Reply | Promise<Reply>

/** What a call of the v2 API passes in a Quay before the handlers of the OCI API, outermost first: up to access, and behind it. */
export const quayStages = (quay: QuayRegistry): Readonly<Record<'stages' | 'translation', readonly Stage[]>> => ({
  stages: [arrival(quay), quayAccess(quay)],
  translation: [translate(quay)],
})

/** Names of one part lead into the library, ids of uploads are UUIDs, and some calls are refused whoever asks. */
const arrival =
  (quay: QuayRegistry): Stage =>
  (call, next) => {
    turnAway(call, quay)
    const { route, method } = call
    if (!('repository' in route)) return next()
    const { config, store, history } = quay
    if (!route.repository.includes('/') && !config.FEATURE_LIBRARY_SUPPORT)
      throw new QuayAbort(htmlError(404, quay.version))
    const { namespace, name } = splitRepository(route.repository, config.LIBRARY_NAMESPACE)
    const repository = `${namespace}/${name}`
    call.route =
      route.kind === 'upload' ? { ...route, repository, id: route.id.replaceAll('-', '') } : { ...route, repository }
    // Quay knows no conditions on tags.
    const { 'if-match': _, 'if-none-match': __, ...headers } = call.headers
    call.headers = headers
    if (route.kind === 'manifest' && method === 'PUT') gate(call, namespace, quay)
    const isDue = history.due(call.at).next().done === false
    return whenReady(isDue ? sweep(store, history, call.at) : undefined, () => next())
  }

/** Pages that this Quay does not have, and names that no repository can have. */
function turnAway(call: Call, quay: QuayRegistry): void {
  const { route, method } = call
  const { config, rows, version } = quay
  const reads = method === 'GET' || method === 'HEAD'
  switch (route.kind) {
    case 'base':
      if (!config.FEATURE_ADVERTISE_V2 || isOldDocker(call)) throw notFound
      return
    case 'referrers':
      if (!rows.referrers) throw new QuayAbort(htmlError(404, version))
      if (reads && !config.FEATURE_REFERRERS_API) throw notFound
      return
    case 'manifest':
      // Quay has no page to delete a tag.
      if (method === 'DELETE' && route.reference.tag !== undefined) throw new QuayAbort(htmlError(405, version))
      return
    case 'invalid':
      // Quay's router lets any name through, and nobody has rights on one that cannot be.
      if (route.code !== 'NAME_INVALID' || !/^[\w./-]+$/.test(route.text)) return
      throw unauthorized(quay, call, `repository:${route.text}:${reads ? 'pull' : 'pull,push'}`)
    default:
  }
}

const notFound = new QuayAbort(abortReply(404, 'Not Found'))

// BLACKLIST_V2_SPEC, `<1.6.0`.
const isOldDocker = ({ headers }: Call): boolean => /\bdocker\/(?:0|1\.[0-5])\./.test(headers['user-agent'] ?? '')

/** @throws QuayError MANIFEST_INVALID with 415, before anybody asks who is calling. */
function gate({ headers }: Call, namespace: string, { config }: QuayRegistry): void {
  const message = gateOf(headers['content-type'], config, namespace, headers.accept)
  if (message !== undefined) throw manifestInvalid({ message }, 415)
}

/** What Quay does in another way than the specification. */
const translate =
  (quay: QuayRegistry): Stage =>
  (call, next) => {
    const { route, method } = call
    const reads = method === 'GET' || method === 'HEAD'
    switch (route.kind) {
      case 'manifest': {
        const manifestCall = call as Call<typeof route>
        if (reads) return pullManifest(manifestCall, next, quay)
        if (method === 'PUT') return pushManifest(manifestCall, next, quay)
        const { digest } = route.reference
        return method === 'DELETE' && digest !== undefined ? deleteManifest(manifestCall, digest, quay) : next()
      }
      case 'blob':
        if (method === 'DELETE') throw new QuayError(405, 'UNSUPPORTED', 'The operation is unsupported.')
        return reads ? pullBlob(call, route, next, quay) : next()
      case 'uploads':
      case 'upload':
        return upload(call as Call<typeof route>, next, quay)
      case 'tags':
        return reads ? listTags(call as Call<typeof route>, quay) : next()
      case 'referrers':
        return reads ? listReferrers(call as Call<typeof route>, quay) : next()
      default:
        return next()
    }
  }

// From a disk of its own Quay sends a blob whole, whatever range is asked for.
async function pullBlob(
  call: Call,
  { repository, digest }: Extract<Route, { readonly kind: 'blob' }>,
  next: Next,
  { store }: QuayRegistry,
): Promise<Reply> {
  if (digest === emptyLayer) await provideEmptyLayer(store, repository, call.at)
  const { range: _, 'if-none-match': __, ...headers } = call.headers
  call.headers = headers
  const { status, headers: sent, body } = await next()
  return {
    status,
    headers: {
      'Content-Type': mediaTypes.bytes,
      'Content-Length': sent['Content-Length'] ?? 0,
      'Docker-Content-Digest': sent['Docker-Content-Digest'] ?? '',
      'Cache-Control': `max-age=${call.method === 'HEAD' ? 31_436_000 : 31_536_000}`,
    },
    body,
  }
}
