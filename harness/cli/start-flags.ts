import { quayVersions } from '../../src/profiles/quay.js'
import { checkOptions, type StartOptions } from '../options.js'
import { oneOf, UsageError, type Values } from './flags.js'

const profiles = ['oci', ...quayVersions.map((version) => `quay-${version}` as const)] as const

/** What a registry is started with. @throws UsageError for values that are none, and what does not go together. */
export const startOptions = (values: Values): StartOptions => checked(read(values))

function read(values: Values): StartOptions {
  return {
    host: values.host,
    port: values.port === undefined ? undefined : portOf(values.port),
    tls: tlsOf(values),
    http: values.http,
    storage: values.storage === undefined ? undefined : storageOf(values.storage),
    config: values.config,
    profile: values.profile === undefined ? undefined : oneOf('--profile', values.profile, profiles),
    sparse: values.sparse,
    referrers: values['no-referrers'] ? false : undefined,
    faults: values.fault,
    inspector: values['no-inspector'] ? false : undefined,
    upstream: upstreamOf(values),
    accounts: values.user?.map(accountOf),
    htpasswd: values.htpasswd,
    anonymous:
      values.anonymous === undefined ? undefined : oneOf('--anonymous', values.anonymous, ['none', 'pull', 'push']),
    admin: values.admin,
    auth: values.auth === undefined ? undefined : oneOf('--auth', values.auth, ['token', 'basic']),
  }
}

// What does not go together is wrong use here, and the same words fit.
function checked(options: StartOptions): StartOptions {
  try {
    checkOptions(options)
    return options
  } catch (error) {
    throw new UsageError(
      (error as Error).message.replace(/^start-registry: (?:(fault)s(?=:))?/, (_, fault) => (fault ? '--fault' : '')),
      { cause: error },
    )
  }
}

function portOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError(`--port must be a whole number from 0 to 65535, not ${text}`)
}

function storageOf(text: string): 'memory' | { disk: string } | { base: string } {
  if (text === 'memory') return text
  const [, kind, path] = /^(disk|layout):(.+)$/.exec(text) ?? []
  if (path !== undefined) return kind === 'disk' ? { disk: path } : { base: path }
  throw new UsageError(`--storage must be memory, disk:DIR or layout:PATH, not ${text}`)
}

function upstreamOf({ upstream: url, record, replay, 'ca-file': ca }: Values): StartOptions['upstream'] {
  if (replay !== undefined) {
    const other = url === undefined ? (record === undefined ? undefined : '--record') : '--upstream'
    if (other !== undefined) throw new UsageError(`--replay asks nobody: it does not go with ${other}`)
    return { replay }
  }
  if (url !== undefined) return { url, record, ca }
  if (record !== undefined) throw new UsageError('--record goes with --upstream, which says what is recorded')
  return undefined
}

function accountOf(text: string): { username: string; password: string } {
  const colon = text.indexOf(':')
  // The text is not repeated: it may hold a password.
  if (colon < 1) throw new UsageError('--user must be NAME:PASSWORD')
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function tlsOf(values: Values): StartOptions['tls'] {
  const { tls, http, 'tls-cert': cert, 'tls-key': key, 'tls-name': names } = values
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--tls-cert and --tls-key go together')
  if (cert !== undefined && key !== undefined) {
    if (names) throw new UsageError('--tls-name is for a certificate that is made now: it does not go with --tls-cert')
    if (values['ca-out'] !== undefined)
      throw new UsageError('--ca-out is for a CA that is made now: it does not go with --tls-cert')
    return { cert, key }
  }
  if (names) return { names }
  if (tls) return true
  for (const [flag, given] of [
    ['--http', http],
    ['--ca-out', values['ca-out']],
  ] as const) {
    if (given !== undefined) throw new UsageError(`${flag} goes with --tls`)
  }
  return undefined
}
