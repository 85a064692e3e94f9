import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegistryError } from '../src/protocol/errors.js'
import type { Stage } from '../src/protocol/call.js'
import type { RequestListener } from '../src/server/event.js'
import { listen } from '../src/server/listener.js'
import { createRegistry } from '../src/server/registry.js'
import { readRule } from './admission/rules.js'
import type { Admission, Tagging } from './admission/stage.js'
import { certificatesOf } from './certificates.js'
import { movableClock } from './clock.js'
import { FaultList } from './faults/faults.js'
import { RedirectPort } from './faults/redirect-port.js'
import { Waits } from './faults/waits.js'
import { clientFlags } from './homes/flags.js'
import { makeHome } from './homes/home.js'
import { noJournal } from './journal/none.js'
import type { Layouts } from './layout/layouts.js'
import { inspectorStage } from './inspector/stage.js'
import { logLine } from './log.js'
import { checkOptions, type StartOptions } from './options.js'
import { openStore } from './open-store.js'
import { readOption } from './pem.js'
import { ownNamespace } from './own-namespace.js'
import type { Registry } from './registry.js'
import { playQuay, quayVersionOf } from './quay.js'
import type { Signatures } from './signatures/options.js'
import { RegistrySnapshots } from './snapshots.js'

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
  if (rules.length > 0) {
    const opened = await (
      await import('./admission/open.js')
    ).openAdmission(rules, { store, upstream: upstream?.store, view })
    made.push(opened.close)
    admission = opened.admission
  }
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

// Made when the first file goes into it: most registries of a test run never need one.
function lazyFolder(made: Disposal[]): () => string {
  let folder: string | undefined
  made.push(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
  return () => (folder ??= mkdtempSync(join(tmpdir(), 'start-registry-')))
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
