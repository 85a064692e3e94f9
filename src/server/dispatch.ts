import { endpoints, type Endpoint } from '../distribution/endpoints.js'
import type { Handler, Methods, Registry } from '../distribution/registry.js'
import { invalidTag } from '../distribution/manifest-push.js'
import type { Call, Reply } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'
import { isChartRoute } from '../route/chart-route.js'

/** Sends a call to the handler of its route and method. @throws RegistryError when there is none. */
export function dispatch(call: Call, registry: Registry): Reply | Promise<Reply> {
  const { route, method } = call
  // RFC 9112 §3.2. node would answer without a word.
  if (call.origin.host === '') throw new RegistryError('BAD_REQUEST', 'send a Host header')
  // A registry that issues tokens has answered by now, and so have the classic Helm repositories and the pages.
  if (route.kind === 'unknown' || route.kind === 'page' || route.kind === 'token' || isChartRoute(route)) {
    throw new RegistryError('NOT_FOUND', 'no such page: the OCI API is under /v2/<repository>/')
  }
  if (route.kind === 'invalid') throw refuseName(route, method)
  const methods = endpoints[route.kind] as Methods<Endpoint>
  const handler = methods[method as keyof Methods<Endpoint>] ?? (method === 'HEAD' ? methods.GET : undefined)
  if (!handler) throw methodNotAllowed(methods)
  return (handler as Handler)(call, registry)
}

function refuseName(
  { code, text }: { code: 'NAME_INVALID' | 'DIGEST_INVALID' | 'TAG_INVALID'; text: string },
  method: string,
): RegistryError {
  switch (code) {
    case 'NAME_INVALID':
      return new RegistryError(
        code,
        'a repository name is lower-case letters and digits, with single . _ or - between them and / between parts',
        { detail: { name: text.slice(0, 255) } },
      )
    case 'DIGEST_INVALID':
      return new RegistryError(code, 'a digest is sha256:<64 hex digits> or sha512:<128 hex digits>, lower case', {
        detail: { digest: text.slice(0, 160) },
      })
    case 'TAG_INVALID':
      // What cannot be pushed cannot be there: the conformance tests ask for such a tag and expect it to be unknown.
      return method === 'PUT' ? invalidTag(text) : new RegistryError('MANIFEST_UNKNOWN', 'no tag can have this name')
  }
}

function methodNotAllowed(methods: Methods<Endpoint>): RegistryError {
  const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return new RegistryError('UNSUPPORTED', `this page answers ${allowed.join(', ')}`, {
    headers: { Allow: allowed.join(', ') },
  })
}
