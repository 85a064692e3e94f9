import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../src/access/accounts.js'
import { quayRows, quayVersions, type QuayVersion } from '../src/profiles/quay.js'
import type { Arrivals } from '../src/quay/arrivals.js'
import type { Quay, QuayOptions, QuayState } from '../src/quay/create.js'
import type { QuayConfig } from '../src/quay/config/fields.js'
import type { ReadConfig } from '../src/quay/config/config.js'
import type { SeededSecrets } from '../src/quay/directory/seed.js'
import type { Store } from '../src/store/store.js'
import type { StartOptions } from './options.js'

/** A Quay that is played, as the harness holds it. */
export interface PlayedQuay {
  readonly dialect: Quay
  readonly profile: `quay-${QuayVersion}`
  /** What somebody should know of its configuration, once it listens. @param port Where. */
  readonly warnings: (port: number) => readonly string[]
  /** Users and robots whose passwords and tokens are known here. */
  readonly accounts: readonly Account[]
  readonly secrets: SeededSecrets
  /** For whoever puts content into the store without a push. */
  readonly arrivals: Arrivals
  /** Whether it has the referrers API. */
  readonly referrers: boolean
  /** Makes an organization that everybody whose password is known owns. @throws TypeError for a name that Quay refuses. */
  readonly addOrganization: (name: string, at: number) => void
  /** Keeps what it knows. */
  readonly close: () => void
}

/** What a Quay is told of the registry that it is played in. */
export interface QuayPlace extends Pick<QuayOptions, 'beforeTag'> {
  /** Where it listens, once it does. */
  readonly bound: () => { readonly scheme: string; readonly host: string } | undefined
}

/** The version that a profile plays; undefined for a profile that is no Quay. A configuration alone means 3.7. */
export function quayVersionOf({ profile, config, quay }: StartOptions): QuayVersion | undefined {
  const chosen = profile ?? (config === undefined && quay === undefined ? 'oci' : 'quay-3.7')
  return quayVersions.find((version) => chosen === `quay-${version}`)
}

/**
 * Makes the Quay that options ask for.
 * @throws Error when the configuration cannot be read, or has something wrong: with line and column; TypeError for a
 *   seed that has.
 */
export async function playQuay(
  version: QuayVersion,
  options: StartOptions,
  store: Store,
  place: QuayPlace,
): Promise<PlayedQuay> {
  const { createQuay } = await import('../src/quay/create.js')
  const { config, warnings } = await configuration(options.config ?? {}, version)
  const { accounts = [], quay: seed = {}, storage } = options
  const kept = typeof storage === 'object' && 'disk' in storage ? new KeptState(storage.disk) : undefined
  const clock = options.clock ?? Date.now
  const dialect = await createQuay({
    version,
    config,
    store,
    accounts,
    seed,
    state: kept?.read(),
    ...place,
    at: clock(),
  })
  kept?.keep(dialect, clock)
  return {
    dialect,
    profile: `quay-${version}`,
    warnings: (port) => [
      ...warnings.map(({ line, message }) => (line === undefined ? message : `line ${line}: ${message}`)),
      ...remarks(config, dialect, ourNames(options, port)),
    ],
    accounts: [...accounts, ...knownAccounts(dialect.secrets, seed)],
    secrets: dialect.secrets,
    arrivals: dialect.arrivals,
    referrers: quayRows[version].referrers && config.FEATURE_REFERRERS_API,
    addOrganization: (name, at) => ownedOrganization(dialect, name, accounts, at),
    close: () => kept?.write(dialect, clock()),
  }
}

function ownedOrganization({ addOrganization }: Quay, name: string, accounts: readonly Account[], at: number): void {
  try {
    addOrganization(
      name,
      accounts.map(({ username }) => username),
      at,
    )
  } catch (error) {
    throw new TypeError(`start-registry: ${(error as Error).message}`, { cause: error })
  }
}

async function configuration(given: NonNullable<StartOptions['config']>, version: QuayVersion): Promise<ReadConfig> {
  if (typeof given !== 'string') return (await import('../src/quay/config/config.js')).configOf(given, version)
  const { readConfig } = await import('../src/quay/config/read.js')
  let text: string
  try {
    text = readFileSync(given, 'utf8')
  } catch (error) {
    throw new Error(`cannot read the config file: ${(error as Error).message}`, { cause: error })
  }
  try {
    return await readConfig(text, version)
  } catch (error) {
    throw new Error(`${given}: ${(error as Error).message}`, { cause: error })
  }
}

function knownAccounts({ robots }: SeededSecrets, { users = {} }: NonNullable<StartOptions['quay']>): Account[] {
  const people = Object.entries(users).flatMap(([username, one]) => {
    const password = typeof one === 'string' ? one : one.password
    return password === undefined ? [] : [{ username, password }]
  })
  return [...people, ...Object.entries(robots).map(([username, password]) => ({ username, password }))]
}

/** What clients can call the registry, with its port. */
function ourNames({ host, tls }: StartOptions, port: number): readonly string[] {
  const names = typeof tls === 'object' && 'names' in tls ? tls.names : []
  return ['127.0.0.1', 'localhost', '[::1]', ...(host === undefined ? [] : [host]), ...names].map(
    (name) => `${name}:${port}`,
  )
}

function* remarks(
  { SERVER_HOSTNAME: name }: QuayConfig,
  { directory }: Quay,
  ours: readonly string[],
): Iterable<string> {
  // Port 0 is the one that is listened on.
  if (name !== undefined && !name.endsWith(':0') && !ours.includes(name)) {
    yield `SERVER_HOSTNAME is ${name}: clients are sent there, and must reach ${ours[0]} by that name`
  }
  if (directory.table('users').size === 0) {
    yield 'nobody can log in: add accounts (--user NAME:PASSWORD), or POST /api/v1/user/'
  }
}

/** What a Quay knows beside what was pushed, in a file beside that. */
class KeptState {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, 'quay.json')
  }

  read(): QuayState | undefined {
    return existsSync(this.#path) ? (JSON.parse(readFileSync(this.#path, 'utf8')) as QuayState) : undefined
  }

  /** Writes what changes of accounts, organizations and rights at once: the reply that tells of it comes after. */
  keep(quay: Quay, clock: () => number): void {
    this.write(quay, clock())
    quay.directory.onChange(() => this.write(quay, clock()))
  }

  /** Writes all, with the history of tags, which is else only kept when the registry closes. */
  write(quay: Quay, at: number): void {
    const temp = `${this.#path}.new`
    writeFileSync(temp, JSON.stringify(quay.dump(at)), { mode: 0o600 })
    renameSync(temp, this.#path)
  }
}
