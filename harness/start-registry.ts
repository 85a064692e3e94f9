import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegistryError } from '../src/protocol/errors.js'
import type { Stage } from '../src/protocol/call.js'
import type { SeededSecrets } from '../src/quay/directory/seed.js'
import type { RequestListener } from '../src/server/event.js'
import { listen } from '../src/server/listener.js'
import { createRegistry } from '../src/server/registry.js'
import type { Collected, Store } from '../src/store/store.js'
import { readRule, type ReadRule } from './admission/rules.js'
import type { Admission, Tagging } from './admission/stage.js'
import { certificatesOf } from './certificates.js'
import { movableClock, type Clock } from './clock.js'
import { FaultList, type Faults } from './faults/faults.js'
import { RedirectPort } from './faults/redirect-port.js'
import { Waits } from './faults/waits.js'
import { clientFlags, type ClientFlags } from './homes/flags.js'
import { makeHome, type EnvOptions } from './homes/home.js'
import { noJournal } from './journal/none.js'
import type { Layouts } from './layout/layouts.js'
import { inspectorStage } from './inspector/stage.js'
import type { Journal } from './journal/view.js'
import { logLine } from './log.js'
import { checkOptions, type StartOptions } from './options.js'
import { readOption } from './pem.js'
import { ownNamespace } from './own-namespace.js'
import { playQuay, quayVersionOf } from './quay.js'
import type { SeedOptions, SeedPlan } from './seeds/plan.js'
import type { Seeded } from './seeds/seed.js'
import type { Signatures } from './signatures/options.js'
import { RegistrySnapshots, type RegistrySnapshot } from './snapshots.js'
import type { SourceStore, StoreView } from './signatures/store-source.js'

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

/**
 * Starts a registry and resolves when it listens.
 * @throws TypeError for an option that is not one; Error when the port, the folder or a certificate cannot be used.
 *   Nothing is left behind then: no port, no file.
 */
export async function startRegistry(options: StartOptions = {}): Promise<Registry> {
  checkOptions(options)
  options.signal?.throwIfAborted()
  const made: Disposal[] = []
  try {
    return await start(options, made)
  } catch (error) {
    await dispose(made)
    throw error
  }
}

/** Something to undo when the registry closes, the last first. */
type Disposal = () => void | Promise<void>

async function dispose(made: Disposal[]): Promise<void> {
  for (let next = made.pop(); next; next = made.pop()) await next()
}

async function start(given: StartOptions, made: Disposal[]): Promise<Registry> {
  const { tls = false, signal, accounts = [] } = given
  const clock = movableClock(given.clock)
  const options = { ...given, clock: clock.now }
  const folder = lazyFolder(made)
  const certificates = tls ? await certificatesOf(tls, clock.now()) : undefined
  const store = await openStore(options, clock.now())
  made.push(() => store.close())
  const upstream =
    options.upstream && (await import('./upstream/open.js')).openUpstream(options.upstream, store, options)
  if (upstream) made.push(upstream.close)
  let url = ''
  let bound: { readonly scheme: string; readonly host: string } | undefined
  const version = quayVersionOf(options)
  const rules = (options.admission ?? []).map(readRule)
  let admission: Admission | undefined
  const place = { bound: () => bound, beforeTag: (tagging: Tagging) => admission?.tagging(tagging) }
  const quay = version && (await playQuay(version, options, store, place))
  if (quay) made.push(quay.close)
  const snapshots = await RegistrySnapshots.of(store, quay?.dialect, clock.now)
  const view = { referrers: quay?.referrers ?? options.referrers ?? true, clock: clock.now }
  if (rules.length > 0) admission = await admissionOf(rules, store, upstream?.store, view, made)
  const admin = options.admin ? await import('./admin/stage.js') : undefined
  const waits = new Waits()
  const faults = new FaultList({
    store,
    waits,
    render: (error, call) => core.render(error, call),
    tokenRefusal: () => core.tokenRefusal,
    contentUrl: (call) => redirectPort.url(call),
  })
  const htpasswd = options.htpasswd === undefined ? undefined : readOption('htpasswd', options.htpasswd)
  const pages = inspectorStage(async () => {
    const [{ surroundingsOf }, { journaledRequests, passingRequests }] = await Promise.all([
      import('./inspector/surroundings.js'),
      import('./inspector/requests.js'),
    ])
    const requests = journal ? journaledRequests(journal.log) : passingRequests(core.onRequest)
    return surroundingsOf({ store, everybody: { ...options, htpasswd }, quay, requests, rules, signatures })
  })
  const core = createRegistry({
    ...options,
    store,
    dialect: quay?.dialect,
    htpasswd,
    stages: [
      ...(certificates && !options.http ? [requireTls(() => url)] : []),
      ...(admin ? [admin.adminStage(() => registry, options)] : []),
      faults.front,
      ...(options.inspector === false ? [] : [pages.stage]),
    ],
    admitted: [faults.behind],
    policy: [...(upstream ? [upstream.stage] : []), ...(admission ? [admission.stage] : [])],
  })
  if (options.log) core.onRequest(options.log === true ? writeLog : options.log)
  options.faults?.forEach(faults.add)
  const journal =
    options.journal !== false && (await import('./journal/journal.js')).openJournal(options.journal, admin?.isAdmin)
  if (journal) core.onRequest(journal.record)
  const { unref = true, grace = 1000 } = options
  const common = { host: options.host, tls: certificates, unref }
  const redirectPort = new RedirectPort({ ...common, serve: core.serveContent })
  const listener = await listen({ ...common, port: options.port ?? 0, handle: core.handle })
  made.push(
    () => redirectPort.close(grace),
    () => listener.close(grace),
    () => waits.close(),
  )
  // Closed before the listener, which would otherwise wait for who waits for a request over http.
  if (journal) made.push(journal.close)
  // Streams that browsers listen to would else be waited for.
  made.push(pages.close)
  const host = hostOf(options.host, listener.port)
  bound = { scheme: certificates ? 'https' : 'http', host }
  url = `${bound.scheme}://${host}`
  let caFile: string | undefined
  if (certificates?.ca !== undefined) {
    caFile = join(folder(), 'ca.pem')
    writeFileSync(caFile, certificates.ca)
  }
  const names = [host, ...['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${listener.port}`)]
  // Loaded when somebody asks: serving needs nothing of it.
  const signatures = async (): Promise<Signatures> =>
    (await import('./signatures/registry.js')).signaturesOf({ store: upstream?.store ?? store, names, rules, ...view })
  const layouts = async (): Promise<Layouts> =>
    (await import('./layout/layouts.js')).layoutsOf(store, clock.now, quay?.arrivals)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= dispose(made))
  signal?.addEventListener('abort', () => void close(), { once: true })
  const registry: Registry = {
    host,
    port: listener.port,
    url,
    caFile,
    spkiPin: certificates?.spkiPin,
    store,
    seed: async (plan, about) => {
      const [{ seedInto }, { storeTarget }] = await Promise.all([
        import('./seeds/seed.js'),
        import('./seeds/store-target.js'),
      ])
      return seedInto(storeTarget({ store, host, ...view, arrivals: quay?.arrivals }), plan, about)
    },
    env: (about) =>
      makeHome(folder(), { host, port: listener.port, url, caFile, accounts: quay?.accounts ?? accounts }, about),
    flags: clientFlags(folder, url, caFile),
    profile: quay?.profile ?? 'oci',
    warnings: [...(quay?.warnings(listener.port) ?? []), ...(admin?.warnings(options) ?? [])],
    secrets: quay?.secrets,
    clock,
    faults,
    onRequest: core.onRequest,
    journal: journal ? journal.journal : noJournal,
    verify: async (reference, policy) => (await signatures()).verify(reference, policy),
    signatures: async (reference, policy) => (await signatures()).signatures(reference, policy),
    load: async (path, about) => (await layouts()).load(path, about),
    save: async (path, about) => (await layouts()).save(path, about),
    snapshot: () => snapshots.take(),
    restore: (snapshot) => snapshots.restore(snapshot),
    async reset() {
      await snapshots.reset()
      faults.clear()
      options.faults?.forEach(faults.add)
      if (journal) journal.journal.clear()
    },
    namespace(under) {
      const own = ownNamespace(under)
      quay?.addOrganization(own, clock.now())
      return own
    },
    collect: async ({ grace = 3_600_000, untagged } = {}) => store.collect({ at: clock.now(), grace, untagged }),
    close,
    [Symbol.asyncDispose]: close,
  }
  return registry
}

async function admissionOf(
  rules: readonly ReadRule[],
  store: Store,
  upstream: SourceStore | undefined,
  view: StoreView,
  made: Disposal[],
): Promise<Admission> {
  const [{ Guard }, { admission }, { ruleVerifier }] = await Promise.all([
    import('./admission/guard.js'),
    import('./admission/stage.js'),
    import('./signatures/registry.js'),
  ])
  const guard = new Guard(store, ruleVerifier(rules, upstream ?? store, view), upstream === undefined)
  made.push(() => guard.close())
  return admission(rules, store, guard)
}

// Made when the first file goes into it: most registries of a test run never need one.
function lazyFolder(made: Disposal[]): () => string {
  let folder: string | undefined
  made.push(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
  return () => (folder ??= mkdtempSync(join(tmpdir(), 'start-registry-')))
}

async function openStore({ storage = 'memory', upstream }: StartOptions, now: number): Promise<Store> {
  if (upstream && 'replay' in upstream) return (await import('./upstream/replay.js')).replayStore(upstream.replay, now)
  if (storage === 'memory') return (await import('../src/store/memory/store.js')).memoryStore()
  if ('base' in storage) return (await import('./layout/base.js')).storeOver(storage, now)
  if (!('disk' in storage)) return storage
  const { diskStore } = await import('../src/store/disk/store.js')
  return diskStore(storage.disk)
}

// Clients that fall back to plain http silently would otherwise prove nothing about their TLS settings.
const requireTls =
  (url: () => string): Stage =>
  (call, next) => {
    if (call.origin.scheme === 'https') return next()
    throw new RegistryError('BAD_REQUEST', `this registry speaks https: use ${url()}`)
  }

function hostOf(host: string | undefined, port: number): string {
  if (host === undefined || host === '0.0.0.0') return `127.0.0.1:${port}`
  if (host === '::') return `[::1]:${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

const writeLog: RequestListener = (event) => void process.stderr.write(`${logLine(event)}\n`)
