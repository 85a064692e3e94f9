import type { TokenRefusal } from '../access/access.js'
import type { Account } from '../access/accounts.js'
import { quayRows, type QuayVersion } from '../profiles/quay.js'
import type { Call, Reply, Stage } from '../protocol/call.js'
import { allNames } from '../store/pages.js'
import type { Store } from '../store/store.js'
import { quayApi, type QuayApi, type QuayApiOptions } from './api/api.js'
import type { ApiConfig } from './api/config.js'
import { policyOf } from './artifact-types/policy.js'
import type { QuayConfig } from './config/fields.js'
import { Directory } from './directory/directory.js'
import { findNamespace } from './directory/namespaces.js'
import type { Random } from './directory/secrets.js'
import { createOrganization, putTeam } from './directory/organizations.js'
import { quayArrivals, type Arrivals } from './arrivals.js'
import { seedDirectory, type DirectorySeed, type SeededSecrets } from './directory/seed.js'
import type { DirectoryState } from './directory/state.js'
import { TagHistory, type HistoryState } from './history/tag-history.js'
import { quayTokenRefusal } from './v2/access.js'
import { quayRenderer } from './v2/errors.js'
import { Cursors } from './v2/listings.js'
import { reasonOf } from './v2/reason.js'
import { quayStages } from './v2/stages.js'
import { TemporaryTags, type TemporaryTagsState } from './v2/temporary-tags.js'

export interface QuayOptions {
  readonly version: QuayVersion
  readonly config: QuayConfig
  readonly store: Store
  /** Users, each with a namespace, beside those of the seed. */
  readonly accounts: readonly Account[]
  readonly seed?: DirectorySeed | undefined
  /** What was known before, when it was kept. */
  readonly state?: QuayState | undefined
  /** Where URLs lead when the configuration does not say: undefined for where each client has reached us. */
  readonly bound?: (() => { readonly scheme: string; readonly host: string } | undefined) | undefined
  /** Is asked before the management API points a tag at a manifest. A RegistryError that it throws is the answer. */
  readonly beforeTag?: QuayApiOptions['beforeTag']
  readonly at: number
  readonly random?: Random | undefined
}

/** What a Quay knows beside what was pushed, as plain data for JSON. */
export interface QuayState {
  readonly directory: DirectoryState
  readonly history: HistoryState
  readonly temporaryTags: TemporaryTagsState
}

/** A Quay: what a registry's calls pass in place of its own access, and how its errors are told. */
export interface Quay {
  readonly stages: readonly Stage[]
  readonly translation: readonly Stage[]
  readonly tokenRefusal: TokenRefusal
  readonly render: (error: unknown, call: Call) => Reply
  readonly reason: (status: number) => string
  readonly directory: Directory
  /** The namespace of repositories whose names have one part. */
  readonly library: string
  readonly history: TagHistory
  readonly secrets: SeededSecrets
  /** @throws DirectoryRefusal for a name that is none, or taken. @param at Now, in milliseconds since 1970. */
  readonly addOrganization: (name: string, owners: readonly string[], at: number) => void
  /** For whoever puts content into the store without a push. */
  readonly arrivals: Arrivals
  /** @param at Now, in milliseconds since 1970. */
  readonly dump: (at: number) => QuayState
  /** Puts what was dumped in place of all that is known; what the store holds must be of that time too. */
  readonly load: (state: QuayState) => void
}

/**
 * Makes a Quay over a store.
 * @throws TypeError that says where in the seed something is wrong.
 */
export async function createQuay(options: QuayOptions): Promise<Quay> {
  const { version, config, store, accounts, seed, state, at } = options
  const directory = new Directory({
    config: { ...config, DEFAULT_TAG_EXPIRATION: config.DEFAULT_TAG_EXPIRATION.text },
    random: options.random,
  })
  const history = new TagHistory(
    (namespace) => findNamespace(directory, namespace)?.tagExpiration ?? config.DEFAULT_TAG_EXPIRATION.seconds,
  )
  const temporaryTags = new TemporaryTags()
  const load = (kept: QuayState): void => {
    history.load(kept.history)
    temporaryTags.load(kept.temporaryTags)
    directory.load(kept.directory)
  }
  if (state) load(state)
  const users = Object.fromEntries(accounts.map(({ username, password }) => [username, { password }]))
  const secrets = seedDirectory(directory, { ...seed, users: { ...users, ...seed?.users } }, at)
  await adopt(store, history)
  store.onChange((change) => history.record(change))
  const origin = (call: Call): { scheme: string; host: string } => {
    const bound = options.bound?.() ?? { scheme: call.origin.scheme, host: call.origin.host }
    const scheme = config.PREFERRED_URL_SCHEME ?? bound.scheme
    return { scheme, host: serverHost(config.SERVER_HOSTNAME, bound.host) }
  }
  // Made when it is first asked for: where the registry listens is not known before.
  let api: QuayApi | undefined
  const answerApi: Stage = (call, next) => {
    const { beforeTag } = options
    api ??= quayApi({ directory, store, history, version, config: apiConfigOf(config, origin(call)), beforeTag })
    return api(call) ?? next()
  }
  const rows = quayRows[version]
  const cursors = new Cursors()
  const policy = policyOf(config, version)
  const quay = {
    version,
    rows,
    config,
    policy,
    directory,
    history,
    temporaryTags,
    store,
    cursors,
    origin,
  }
  const { stages, translation } = quayStages(quay)
  return {
    stages: [answerApi, ...stages],
    translation,
    tokenRefusal: quayTokenRefusal(quay),
    render: quayRenderer(version),
    reason: reasonOf,
    directory,
    library: config.LIBRARY_NAMESPACE,
    history,
    secrets,
    addOrganization(name, owners, now) {
      createOrganization(directory, { name, at: now })
      putTeam(directory, name, { name: 'owners', role: 'admin', description: '', members: owners })
    },
    load,
    arrivals: quayArrivals({ store, directory, history, temporaryTags, config, rows }),
    dump: (now) => ({ directory: directory.dump(), history: history.dump(), temporaryTags: temporaryTags.dump(now) }),
  }
}

/** What Quay calls itself: by a name with port 0, at the port where it listens, which nobody knows before it does. */
const serverHost = (configured: string | undefined, bound: string): string =>
  configured?.replace(/:0$/, () => /:\d+$/.exec(bound)?.[0] ?? '') ?? bound

const apiConfigOf = (
  config: QuayConfig,
  { scheme, host }: { readonly scheme: string; readonly host: string },
): Partial<ApiConfig> => ({
  ...config,
  SERVER_HOSTNAME: host,
  PREFERRED_URL_SCHEME: scheme,
  TAG_EXPIRATION_OPTIONS: config.TAG_EXPIRATION_OPTIONS.map(({ text }) => text),
})

/** Takes note of what a store holds that was filled before: by another profile, or while nobody listened. */
async function adopt(store: Store, history: TagHistory): Promise<void> {
  for await (const repository of allNames((page) => store.repositories(page))) {
    for await (const tag of allNames((page) => store.tags(repository, page))) {
      const digest = await store.tag(repository, tag)
      const entry = digest && (await store.manifest(repository, digest))
      if (!entry || history.knows(repository, tag, { digest, at: entry.at })) continue
      const { at, ...kept } = entry
      history.record({ repository, at, change: { type: 'manifest.put', entry: kept, tags: [tag] } })
    }
  }
}
