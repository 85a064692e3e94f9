import { STATUS_CODES } from 'node:http'
import { basicAccess, tokenAccess, tokenRefusal, type TokenRefusal } from '../access/access.js'
import type { Account, Anonymous } from '../access/accounts.js'
import { everybodyOf } from '../access/everybody.js'
import type { Registry } from '../distribution/registry.js'
import { oci } from '../profiles/oci.js'
import type { Call, Reply, Stage } from '../protocol/call.js'
import { isChartRoute } from '../route/chart-route.js'
import { chartStage } from './charts.js'
import { dispatch } from './dispatch.js'
import type { RequestListener } from './event.js'
import { inOrder, requestHandler, type RequestHandler } from './handle.js'
import { renderChartError, renderError } from './render.js'
import { memoryStore } from '../store/memory/store.js'
import type { Store } from '../store/store.js'

export interface CoreOptions {
  /** Where content is kept. @default a memory store */
  readonly store?: Store | undefined
  /** Who may log in. @default nobody: then everybody may do everything */
  readonly accounts?: readonly Account[] | undefined
  /** The text of an htpasswd file with more of them, hashed with bcrypt. @default nobody */
  readonly htpasswd?: string | undefined
  /** What those may do who are not logged in. @default 'push' without accounts, 'none' with */
  readonly anonymous?: Anonymous | undefined
  /** How clients log in: with tokens that this registry issues, or with name and password each time. @default 'token' */
  readonly auth?: 'token' | 'basic' | undefined
  /** How long a token is good, in seconds. @default 3600 */
  readonly tokenLifetime?: number | undefined
  /** Take manifests whose blobs and children are not there. @default false */
  readonly sparse?: boolean | undefined
  /** Whether the referrers API exists. @default true */
  readonly referrers?: boolean | undefined
  /** The time in milliseconds since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined
  /** What the registry is played like, in place of its own access and its own words. @default none: distribution-spec */
  readonly dialect?: Dialect | undefined
  /** Steps that every request passes before access is checked, outermost first. */
  readonly stages?: readonly Stage[] | undefined
  /** Steps that a request passes as soon as access has let it in, in the words of what is played, outermost first. */
  readonly admitted?: readonly Stage[] | undefined
  /** Steps in front of the handlers, in the specification's words whatever is played, outermost first. */
  readonly policy?: readonly Stage[] | undefined
}

/** How another registry than one of distribution-spec 1.1 answers. */
export interface Dialect {
  /** What each call passes in place of `accounts`, `anonymous` and `auth`. */
  readonly stages: readonly Stage[]
  /** What a call passes behind those, which tells the specification's words in its own. */
  readonly translation: readonly Stage[]
  /** What is thrown at a call whose token does not do. */
  readonly tokenRefusal: TokenRefusal
  /** An error as the reply that tells it. */
  readonly render: (error: unknown, call: Call) => Reply
  /** The words behind a status. @default those of RFC 9110 */
  readonly reason?: ((status: number) => string) | undefined
}

/** A registry without a socket: what a server of your own calls. */
export interface RegistryCore {
  /** Answers one request; give it to `http.createServer`, or call it for the paths under `/v2/`. */
  readonly handle: RequestHandler
  /** Answers one request as a store of blobs behind signed URLs does: without login, without policy. */
  readonly serveContent: (stages: readonly Stage[]) => RequestHandler
  /** An error as the reply that tells it. */
  readonly render: (error: unknown, call: Call) => Reply
  /** What is thrown at a call whose token does not do; undefined for a registry without tokens. */
  readonly tokenRefusal: TokenRefusal | undefined
  readonly store: Store
  /** Calls `listener` when a request has ended. The answer takes it away again. */
  readonly onRequest: (listener: RequestListener) => () => void
  /** Lets go of the store. */
  readonly close: () => Promise<void>
}

/**
 * Puts a registry together: stages in front, the OCI API behind them, a store underneath.
 * @throws TypeError for a permission that is none; Error for a line of `htpasswd` that is none.
 */
export function createRegistry(options: CoreOptions = {}): RegistryCore {
  const { clock = Date.now, dialect } = options
  const registry: Registry = {
    store: options.store ?? memoryStore(),
    profile: oci,
    sparse: options.sparse ?? false,
    referrers: options.referrers ?? true,
  }
  const listeners = new Set<RequestListener>()
  const handlers: Stage = (call) => dispatch(call, registry)
  const access = dialect ?? accessOf(options)
  const render = dialect?.render ?? renderError
  const policy = [...(options.policy ?? []), handlers]
  const common = {
    clock,
    render: (error: unknown, call: Call) => (isChartRoute(call.route) ? renderChartError(error) : render(error, call)),
    reason: dialect?.reason ?? ((status) => STATUS_CODES[status] ?? ''),
    commonHeaders: dialect ? [] : ['Docker-Distribution-API-Version', 'registry/2.0'],
    listeners,
  } as const
  return {
    handle: requestHandler({
      ...common,
      stages: [
        ...(options.stages ?? []),
        ...access.stages,
        ...(options.admitted ?? []),
        ...(dialect?.translation ?? []),
        chartStage(registry.store, inOrder(policy)),
        ...policy,
      ],
    }),
    serveContent: (stages) => requestHandler({ ...common, stages: [...stages, handlers] }),
    render,
    tokenRefusal: access.tokenRefusal,
    store: registry.store,
    onRequest(listener) {
      const own: RequestListener = (event) => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    close: () => registry.store.close(),
  }
}

type Access = Pick<Dialect, 'stages'> & { readonly tokenRefusal?: TokenRefusal }

function accessOf({ auth, tokenLifetime, ...options }: CoreOptions): Access {
  const everybody = everybodyOf(options)
  if (!everybody) return { stages: [] }
  return auth === 'basic'
    ? { stages: [basicAccess(everybody)] }
    : { stages: [tokenAccess({ ...everybody, lifetime: tokenLifetime ?? 3600 })], tokenRefusal }
}
