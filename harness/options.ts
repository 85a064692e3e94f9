import { areRules, type AdmissionRule } from './admission/rules.js'
import { parseRule } from './faults/parse.js'
import type { FaultRule } from './faults/rule.js'
import type { Account, Anonymous } from '../src/access/accounts.js'
import { quayVersions, type QuayVersion } from '../src/profiles/quay.js'
import type { DirectorySeed } from '../src/quay/directory/seed.js'
import type { RequestListener } from '../src/server/event.js'
import type { Store } from '../src/store/store.js'
import { isUpstream, upstreamWords, type UpstreamOptions } from './upstream/options.js'
import { checkMembers, isBoolean, isObject, isTexts, oneOf, type Check, type Checks } from './checks.js'
import type { JournalOptions } from './journal/view.js'

/** Certificates of your own. Each is PEM text, or the path of a file with it. */
export interface OwnCertificate {
  readonly cert: string
  readonly key: string
  /** What clients should trust; becomes `registry.caFile`. */
  readonly ca?: string | undefined
}

/** Names for the certificate that the registry makes, beside localhost, 127.0.0.1 and ::1: host names or IPs. */
export interface CertificateNames {
  readonly names: readonly string[]
}

/** A memory store that begins with what an OCI image layout holds, which is never written to. */
export interface LayoutStorage {
  /** The layout: a folder, or a tar archive of one. Its blobs are read when a client asks for them. */
  readonly base: string
  /** The repository of everything in it. @default what its index.json says of each */
  readonly repository?: string | undefined
}

export interface StartOptions {
  /** Where content is kept; a folder is made when it is not there. @default 'memory' */
  readonly storage?: 'memory' | { readonly disk: string } | LayoutStorage | Store | undefined
  /** Serve https; true makes a CA and a server certificate. @default plain http */
  readonly tls?: boolean | OwnCertificate | CertificateNames | undefined
  /** With `tls`: serve plain http on the same port as well. @default false: plain http gets a 400 that names the https URL */
  readonly http?: boolean | undefined
  /** Who may log in. @default nobody */
  readonly accounts?: readonly Account[] | undefined
  /** An htpasswd file with more accounts, hashed with bcrypt (`htpasswd -B`); read once, at the start. */
  readonly htpasswd?: string | undefined
  /** What those may do who are not logged in. @default 'push' without accounts, 'none' with */
  readonly anonymous?: Anonymous | undefined
  /** How clients log in: with tokens that this registry issues, or with name and password each time. @default 'token' */
  readonly auth?: 'token' | 'basic' | undefined
  /** How long a token is good, in seconds, by `clock`. @default 3600 */
  readonly tokenLifetime?: number | undefined
  /** What kind of registry this plays. @default 'oci', and 'quay-3.7' with `config` or `quay` */
  readonly profile?: 'oci' | `quay-${QuayVersion}` | undefined
  /** The fields of Quay's config.yaml, or the path of one. @default Quay's defaults */
  readonly config?: string | Readonly<Record<string, unknown>> | undefined
  /** What a Quay begins with: users, organizations, teams, robots, repositories. `accounts` are users too. */
  readonly quay?: DirectorySeed | undefined
  /** Take manifests whose blobs and children are not there. @default false */
  readonly sparse?: boolean | undefined
  /** Whether the referrers API exists. @default true */
  readonly referrers?: boolean | undefined
  /** Show what is in the registry, and what it is asked, to people with a browser at `/`. @default true */
  readonly inspector?: boolean | undefined
  /** Which images can be pulled or tagged: those with a signature that a rule for their repository asks for. @default all */
  readonly admission?: readonly AdmissionRule[] | undefined
  /** What goes wrong on purpose from the start on; `registry.faults.add` takes more. @default nothing */
  readonly faults?: readonly (FaultRule | string)[] | undefined
  /**
   * Another registry, which is asked for what this one does not have and can be recorded, or such a recording.
   * @default none: nothing is asked for anywhere
   */
  readonly upstream?: UpstreamOptions | undefined
  /** The only address to listen on. @default 127.0.0.1 and ::1, on one port */
  readonly host?: string | undefined
  /** @default 0: one that is free */
  readonly port?: number | undefined
  /** The time in milliseconds since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined
  /** What hears of each request when it has ended; true writes a line to stderr. @default nothing */
  readonly log?: boolean | RequestListener | undefined
  /** How many requests `registry.journal` keeps, and whether with credentials; false for none. @default the last 10000 */
  readonly journal?: JournalOptions | false | undefined
  /**
   * Whether it can be steered over http, under `/_start-registry/`, by tests in any language. That needs no login: whoever
   * reaches the registry may. @default false
   */
  readonly admin?: boolean | undefined
  /** Closes the registry when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** How long `close` waits for running requests, in milliseconds. @default 1000 */
  readonly grace?: number | undefined
  /** Let the process end while the registry listens: a forgotten close never hangs a test run. @default true */
  readonly unref?: boolean | undefined
}

const quayProfiles = quayVersions.map((version) => `quay-${version}`)

const has = (value: unknown, ...names: string[]): boolean =>
  isObject(value) && names.every((name) => name in (value as object))

const isStorage: Check = (value) =>
  value === 'memory' ||
  (has(value, 'disk') && typeof (value as { disk: unknown }).disk === 'string') ||
  (has(value, 'base') && typeof (value as { base: unknown }).base === 'string') ||
  has(value, 'putManifest', 'appendUpload')
const isTls: Check = (value) =>
  isBoolean(value) || has(value, 'cert', 'key') || (has(value, 'names') && isTexts((value as CertificateNames).names))
const isAccounts: Check = (value) =>
  Array.isArray(value) &&
  value.every(
    (account: Partial<Account> | null) =>
      typeof account?.username === 'string' &&
      account.username !== '' &&
      !account.username.includes(':') &&
      typeof account.password === 'string' &&
      (account.permissions === undefined || isTexts(account.permissions)),
  )
const isJournal: Check = (value) => {
  if (value === false) return true
  if (!isObject(value)) return false
  const { limit = 1, credentials = false, ...others } = value as JournalOptions
  return Object.keys(others).length === 0 && Number.isInteger(limit) && limit > 0 && isBoolean(credentials)
}
const isPort: Check = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535

const checks: Checks<StartOptions> = {
  storage: [isStorage, "'memory', { disk: folder }, { base: layout } or a Store"],
  tls: [isTls, 'true, { cert, key, ca? } or { names }'],
  http: [isBoolean, 'true or false'],
  accounts: [isAccounts, 'an array of { username, password, permissions? }; a username has no colon'],
  anonymous: [oneOf('none', 'pull', 'push'), "'none', 'pull' or 'push'"],
  htpasswd: [(value) => typeof value === 'string' && value !== '', 'the path of an htpasswd file'],
  auth: [oneOf('token', 'basic'), "'token' or 'basic'"],
  tokenLifetime: [(value) => typeof value === 'number' && value > 0, 'seconds, more than 0'],
  profile: [oneOf('oci', ...quayProfiles), `'oci', ${quayProfiles.map((name) => `'${name}'`).join(', ')}`],
  config: [(value) => (typeof value === 'string' ? value !== '' : isObject(value)), 'a path or an object'],
  quay: [isObject, '{ users, organizations }'],
  sparse: [isBoolean, 'true or false'],
  referrers: [isBoolean, 'true or false'],
  inspector: [isBoolean, 'true or false'],
  admission: [areRules, 'an array of { repositories, keys, actions?, strict?, signers? }'],
  faults: [Array.isArray, "an array of rules, such as { route: 'blob', fault: 'reset' } or 'blob: reset'"],
  upstream: [isUpstream, upstreamWords],
  host: [(value) => typeof value === 'string' && value !== '', 'an address to listen on'],
  port: [isPort, 'a whole number from 0 to 65535'],
  clock: [(value) => typeof value === 'function', 'a function that answers milliseconds since 1970'],
  log: [(value) => isBoolean(value) || typeof value === 'function', 'true, false or a function'],
  journal: [isJournal, 'false or { limit?, credentials? }; limit is a number of requests, 1 or more'],
  admin: [isBoolean, 'true or false'],
  signal: [(value) => value instanceof AbortSignal, 'an AbortSignal'],
  grace: [(value) => typeof value === 'number' && value >= 0, 'milliseconds'],
  unref: [isBoolean, 'true or false'],
}

const quayOnly = ['config', 'quay'] as const
const ociOnly = ['htpasswd', 'anonymous', 'auth', 'tokenLifetime', 'sparse', 'referrers', 'upstream'] as const

/** Checks options that may come from plain JavaScript. @throws TypeError that names the option and what it may be. */
export function checkOptions(options: StartOptions): void {
  checkMembers(options, checks)
  const { profile = options.config || options.quay ? 'quay-3.7' : 'oci' } = options
  for (const name of profile === 'oci' ? quayOnly : ociOnly) {
    if (options[name] === undefined) continue
    const hint = profile === 'oci' ? 'it goes with a profile of Quay' : 'Quay has rules of its own, in its config.yaml'
    throw new TypeError(`start-registry: ${name} does not go with profile ${profile}: ${hint}`)
  }
  options.faults?.forEach(parseRule)
  if (options.admin && options.journal === false) {
    throw new TypeError('start-registry: admin does not go with journal: false: it answers what the journal has')
  }
  if (options.upstream && 'replay' in options.upstream && (options.storage ?? 'memory') !== 'memory') {
    throw new TypeError('start-registry: a replay goes with storage memory: it begins with what was recorded')
  }
  if (options.http && !options.tls) {
    throw new TypeError('start-registry: http goes with tls; without tls the registry speaks plain http anyway')
  }
}
