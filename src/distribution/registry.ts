import type { Awaitable } from '../protocol/awaitable.js'
import type { Call, Reply } from '../protocol/call.js'
import type { Profile } from '../profiles/profile.js'
import type { Route, RouteKind } from '../route/route.js'
import type { Store } from '../store/store.js'

/** What the handlers work on. */
export interface Registry {
  readonly store: Store
  readonly profile: Profile
  /** Take manifests whose blobs and children are not there (distribution-spec 1.1 allows both). */
  readonly sparse: boolean
  /** Whether the referrers API exists; without it clients fall back to tags `sha256-<hex>`. */
  readonly referrers: boolean
}

export type RouteOf<K extends RouteKind> = Extract<Route, { readonly kind: K }>

/** Answers one method of one kind of route; refuses by throwing a RegistryError. */
export type Handler<K extends RouteKind = RouteKind> = (call: Call<RouteOf<K>>, registry: Registry) => Awaitable<Reply>

/** The methods that a route answers. HEAD goes to GET's handler unless it has its own. */
export type Methods<K extends RouteKind> = Readonly<
  Partial<Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', Handler<K>>>
>
