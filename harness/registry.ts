import type { SeededSecrets } from '../src/quay/directory/seed.js'
import type { RequestListener } from '../src/server/event.js'
import type { Collected, Store } from '../src/store/store.js'
import type { Clock } from './clock.js'
import type { Faults } from './faults/faults.js'
import type { ClientFlags } from './homes/flags.js'
import type { EnvOptions } from './homes/home.js'
import type { Layouts } from './layout/layouts.js'
import type { Journal } from './journal/view.js'
import type { StartOptions } from './options.js'
import type { SeedOptions, SeedPlan } from './seeds/plan.js'
import type { Seeded } from './seeds/seed.js'
import type { Signatures } from './signatures/options.js'
import type { RegistrySnapshot } from './snapshots.js'

/** A running registry. */
export interface Registry extends AsyncDisposable, Signatures, Layouts {
  /** Host and port as clients write them, such as `127.0.0.1:41873`. */
  readonly host: string
  readonly port: number
  readonly url: string
  /** The PEM file of the CA to trust; undefined without TLS, and with certificates of your own that came without one. */
  readonly caFile: string | undefined
  /** Base64 SHA-256 of the made certificate's public key, for Chromium's --ignore-certificate-errors-spki-list. */
  readonly spkiPin: string | undefined
  readonly store: Store
  /**
   * Puts content into the registry without a request: `{ 'team/app:1': image() }`. It is the same each time, byte for byte.
   * @returns Digests, manifests and configs by the names of the plan.
   * @throws TypeError that says what is wrong in the plan; then nothing was put.
   */
  readonly seed: <const Plan extends SeedPlan>(
    plan: Plan,
    options?: SeedOptions,
  ) => Promise<Seeded<Extract<keyof Plan, string>>>
  /** What to spread into a child's environment: a private home, new each time, where every client knows this registry. */
  readonly env: (options?: EnvOptions) => Record<string, string>
  /** Words to put behind a client's command instead, such as `helm push --ca-file ca.pem …`. */
  readonly flags: ClientFlags
  readonly profile: NonNullable<StartOptions['profile']>
  /** What somebody should know of the configuration, a line or more each. */
  readonly warnings: readonly string[]
  /** Tokens of the robots and applications that `quay` has; undefined for a registry that is no Quay. */
  readonly secrets: SeededSecrets | undefined
  /** The time that the registry goes by, which can be moved on. */
  readonly clock: Clock
  /** What goes wrong on purpose. */
  readonly faults: Faults
  /** Calls `listener` when a request has ended. The answer takes it away again. */
  readonly onRequest: (listener: RequestListener) => () => void
  /**
   * What is there now, to go back to: content, and in a Quay accounts, organizations and rights. In memory it costs nothing,
   * on disk no copy of a blob.
   * @throws Error for a store of your own that has no `snapshots`.
   */
  readonly snapshot: () => Promise<RegistrySnapshot>
  /** Makes everything as it was; upload sessions end. @throws Error for a snapshot of another registry. */
  readonly restore: (snapshot: RegistrySnapshot) => Promise<void>
  /** Makes everything as it was when the registry started: content, faults, and a journal of nothing. The time stays. */
  readonly reset: () => Promise<void>
  /**
   * The first part of repository names that nobody else uses, so that parallel tests can share a registry. In a Quay it is
   * an organization, which all accounts own.
   * @param under What it is to be in, such as `team` for accounts that may push to `team/*` alone; Quay has none in another.
   */
  readonly namespace: (under?: string) => string
  /** Garbage collection, by the registry's clock: takes what nothing leads to. Never runs by itself. */
  readonly collect: (options?: CollectChoice) => Promise<Collected>
  /** The requests that it was sent, and what a test expects of them. */
  readonly journal: Journal
  /** Stops listening, lets running requests end, and removes what was made. Further calls wait for the first. */
  readonly close: () => Promise<void>
}

/** What garbage collection takes. */
export interface CollectChoice {
  /** What was pushed, read or asked about in the last milliseconds is kept: a running push needs it. @default an hour */
  readonly grace?: number | undefined
  /** Also take manifests that no tag, no index and no existing subject leads to. @default false */
  readonly untagged?: boolean | undefined
}
