import type { TokenRefusal } from '../../../src/access/access.js'
import type { Awaitable } from '../../../src/protocol/awaitable.js'
import type { Call, Reply } from '../../../src/protocol/call.js'
import type { Store } from '../../../src/store/store.js'
import type { FaultName, RuleOf } from '../rule.js'
import type { Waits } from '../waits.js'

/** What faults need of the registry that they are done to. */
export interface World {
  readonly store: Store
  readonly waits: Waits
  /** An error as the reply that tells it, in the words of what the registry plays. */
  readonly render: (error: unknown, call: Call) => Reply
  /** What is thrown at a call whose token does not do; undefined for a registry without tokens. */
  readonly tokenRefusal: () => TokenRefusal | undefined
  /** A URL that serves what a call asks for to anybody, on another port. */
  readonly contentUrl: (call: Call) => Promise<string>
}

/** One chance for a rule to be done. */
export interface Chance<F extends FaultName> {
  readonly rule: RuleOf<F>
  /** A number from 0 to below 1 that follows from the rule's seed. */
  readonly random: () => number
  /**
   * Whether it is this call's turn. Asked once it is sure that the fault can be done, since it counts; what is done is
   * written down for the event.
   */
  readonly take: (detail?: string) => boolean
  readonly world: World
}

/** Does a kind of fault to a call: instead of `next`, in front of it, or to what it answers. */
export type Effect<F extends FaultName> = (call: Call, next: Next, chance: Chance<F>) => Awaitable<Reply>

/** How each kind of fault is done. */
export type Effects = { readonly [F in FaultName]: Effect<F> }

/** What answers a call behind the rule. */
export type Next = () => Awaitable<Reply>
