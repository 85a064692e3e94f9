import { basicAccess, type Anonymous } from '../access/basic.js'
import { passwordCheck, type Account } from '../access/accounts.js'
import type { Registry } from '../distribution/registry.js'
import { oci } from '../profiles/oci.js'
import type { Stage } from '../protocol/call.js'
import { dispatch } from './dispatch.js'
import type { RequestListener } from './event.js'
import { requestHandler, type RequestHandler } from './handle.js'
import { memoryStore } from '../store/memory/store.js'
import type { Store } from '../store/store.js'

export interface CoreOptions {
  /** Where content is kept. @default a memory store */
  readonly store?: Store | undefined
  /** Who may log in. @default nobody: then everybody may do everything */
  readonly accounts?: readonly Account[] | undefined
  /** What those may do who are not logged in. @default 'push' without accounts, 'none' with */
  readonly anonymous?: Anonymous | undefined
  /** Take manifests whose blobs and children are not there. @default false */
  readonly sparse?: boolean | undefined
  /** Whether the referrers API exists. @default true */
  readonly referrers?: boolean | undefined
  /** The time in milliseconds since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined
  /** Steps that every request passes before access is checked, outermost first. */
  readonly stages?: readonly Stage[] | undefined
}

/** A registry without a socket: what a server of your own calls. */
export interface RegistryCore {
  /** Answers one request; give it to `http.createServer`, or call it for the paths under `/v2/`. */
  readonly handle: RequestHandler
  readonly store: Store
  /** Calls `listener` when a request has ended. The answer takes it away again. */
  readonly onRequest: (listener: RequestListener) => () => void
  /** Lets go of the store. */
  readonly close: () => Promise<void>
}

/** Puts a registry together: stages in front, the OCI API behind them, a store underneath. */
export function createRegistry(options: CoreOptions = {}): RegistryCore {
  const { accounts = [], clock = Date.now } = options
  const registry: Registry = {
    store: options.store ?? memoryStore(),
    profile: oci,
    sparse: options.sparse ?? false,
    referrers: options.referrers ?? true,
  }
  const anonymous = options.anonymous ?? (accounts.length > 0 ? 'none' : 'push')
  const listeners = new Set<RequestListener>()
  const handle = requestHandler({
    stages: [
      ...(options.stages ?? []),
      // Where nobody has a password, nobody's is wrong: curl -u and many tools send one unasked.
      ...(accounts.length === 0 && anonymous === 'push' ? [] : [basicAccess(passwordCheck(accounts), anonymous)]),
      (call) => dispatch(call, registry),
    ],
    clock,
    listeners,
  })
  return {
    handle,
    store: registry.store,
    onRequest(listener) {
      const own: RequestListener = (event) => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    close: () => registry.store.close(),
  }
}
