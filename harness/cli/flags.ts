import { parseArgs, type ParseArgsConfig } from 'node:util'
import { cosignOnly } from './cosign-flags.js'
import { suggestion } from '../../src/protocol/nearest.js'

/** A command line that cannot be carried out: exit code 2. */
export class UsageError extends Error {}

/** What each flag was given: the flags of all commands. */
export interface Values {
  readonly host?: string
  readonly port?: string
  readonly tls?: boolean
  readonly 'tls-name'?: readonly string[]
  readonly 'tls-cert'?: string
  readonly 'tls-key'?: string
  readonly 'ca-out'?: string
  readonly http?: boolean
  readonly storage?: string
  readonly config?: string
  readonly profile?: string
  readonly sparse?: boolean
  readonly 'no-referrers'?: boolean
  readonly fault?: readonly string[]
  readonly 'no-inspector'?: boolean
  readonly upstream?: string
  readonly record?: string
  readonly replay?: string
  readonly user?: readonly string[]
  readonly htpasswd?: string
  readonly anonymous?: string
  readonly auth?: string
  readonly admin?: boolean
  readonly 'ready-file'?: string
  readonly as?: string
  readonly 'no-login'?: boolean
  readonly 'private-home'?: boolean
  readonly log?: boolean
  readonly url?: string
  readonly home?: string
  readonly shell?: string
  readonly from?: string
  readonly offline?: boolean
  readonly key?: readonly string[]
  readonly 'certificate-identity'?: string
  readonly 'certificate-identity-regexp'?: string
  readonly 'certificate-oidc-issuer'?: string
  readonly 'certificate-oidc-issuer-regexp'?: string
  readonly 'certificate-chain'?: string
  readonly 'ca-roots'?: string
  readonly 'ca-intermediates'?: string
  readonly 'trusted-root'?: string
  readonly 'insecure-ignore-tlog'?: boolean
  readonly 'insecure-ignore-sct'?: boolean
  readonly 'private-infrastructure'?: boolean
  readonly 'use-signed-timestamps'?: boolean
  readonly 'allow-certificate-chain'?: boolean
  readonly 'experimental-oci11'?: boolean
  readonly 'new-bundle-format'?: boolean
  readonly 'max-workers'?: string
  readonly 'signature-digest-algorithm'?: string
  readonly recursive?: boolean
  readonly strict?: boolean
  readonly type?: string
  readonly 'predicate-type'?: string
  readonly annotations?: readonly string[]
  readonly 'ca-file'?: string
  readonly 'registry-cacert'?: string
  readonly 'registry-username'?: string
  readonly 'registry-password'?: string
  readonly 'registry-token'?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly help?: boolean
  readonly version?: boolean
}

export type FlagName = keyof Values

const flags = {
  host: { type: 'string' },
  port: { type: 'string' },
  tls: { type: 'boolean' },
  'tls-name': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'ca-out': { type: 'string' },
  http: { type: 'boolean' },
  storage: { type: 'string' },
  config: { type: 'string' },
  profile: { type: 'string' },
  sparse: { type: 'boolean' },
  'no-referrers': { type: 'boolean' },
  fault: { type: 'string', multiple: true },
  'no-inspector': { type: 'boolean' },
  upstream: { type: 'string' },
  record: { type: 'string' },
  replay: { type: 'string' },
  user: { type: 'string', multiple: true },
  htpasswd: { type: 'string' },
  anonymous: { type: 'string' },
  auth: { type: 'string' },
  admin: { type: 'boolean' },
  'ready-file': { type: 'string' },
  as: { type: 'string' },
  'no-login': { type: 'boolean' },
  'private-home': { type: 'boolean' },
  log: { type: 'boolean' },
  url: { type: 'string' },
  home: { type: 'string' },
  shell: { type: 'string' },
  from: { type: 'string' },
  offline: { type: 'boolean' },
  key: { type: 'string', multiple: true },
  'certificate-identity': { type: 'string' },
  'certificate-identity-regexp': { type: 'string' },
  'certificate-oidc-issuer': { type: 'string' },
  'certificate-oidc-issuer-regexp': { type: 'string' },
  'certificate-chain': { type: 'string' },
  'ca-roots': { type: 'string' },
  'ca-intermediates': { type: 'string' },
  'trusted-root': { type: 'string' },
  'insecure-ignore-tlog': { type: 'boolean' },
  'insecure-ignore-sct': { type: 'boolean' },
  'private-infrastructure': { type: 'boolean' },
  'use-signed-timestamps': { type: 'boolean' },
  'allow-certificate-chain': { type: 'boolean' },
  'experimental-oci11': { type: 'boolean' },
  'new-bundle-format': { type: 'boolean' },
  'max-workers': { type: 'string' },
  'signature-digest-algorithm': { type: 'string' },
  recursive: { type: 'boolean', short: 'r' },
  strict: { type: 'boolean' },
  type: { type: 'string' },
  'predicate-type': { type: 'string' },
  annotations: { type: 'string', short: 'a', multiple: true },
  'ca-file': { type: 'string' },
  'registry-cacert': { type: 'string' },
  'registry-username': { type: 'string' },
  'registry-password': { type: 'string' },
  'registry-token': { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies Readonly<Record<FlagName, NonNullable<ParseArgsConfig['options']>[string]>>

/** Flags that not every command has; those that serving has are in none of these lists. */
export const flagsOf: Readonly<Record<'exec' | 'env' | 'binaries' | 'verify', readonly FlagName[]>> = {
  exec: ['as', 'no-login', 'private-home', 'log'],
  env: ['url', 'home', 'shell', 'private-home', 'ca-file'],
  binaries: ['from', 'offline'],
  verify: [
    'key',
    'certificate-identity',
    'certificate-identity-regexp',
    'certificate-oidc-issuer',
    'certificate-oidc-issuer-regexp',
    'certificate-chain',
    'ca-roots',
    'ca-intermediates',
    'trusted-root',
    'insecure-ignore-tlog',
    'insecure-ignore-sct',
    'private-infrastructure',
    'use-signed-timestamps',
    'allow-certificate-chain',
    'experimental-oci11',
    'new-bundle-format',
    'max-workers',
    'signature-digest-algorithm',
    'offline',
    'recursive',
    'strict',
    'type',
    'predicate-type',
    'annotations',
    'ca-file',
    'registry-cacert',
    'registry-username',
    'registry-password',
    'registry-token',
  ],
}

/** What stands in front of the first `--`, and what behind it; undefined where there is none. */
export function splitAtDashes(args: readonly string[]): {
  readonly own: readonly string[]
  readonly behind: readonly string[] | undefined
} {
  const at = args.indexOf('--')
  return at < 0 ? { own: args, behind: undefined } : { own: args.slice(0, at), behind: args.slice(at + 1) }
}

/** Reads flags and words. @throws UsageError with what is wrong and what may have been meant. */
export function parseFlags(args: readonly string[]): { readonly values: Values; readonly positionals: string[] } {
  try {
    return parseArgs({ args: asWritten(args), options: flags, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(explain(error as NodeJS.ErrnoException, args))
  }
}

// cosign writes `--insecure-ignore-tlog=true`, as every Go program may, and has its older names of flags still.
function asWritten(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  const until = end === -1 ? args.length : end
  const before = args.slice(0, until).flatMap((arg): string[] => {
    const [, name = '', rest = ''] = /^--([^=]+)(.*)$/s.exec(arg.replace(/^--cert(?=-|=|$)/, '--certificate')) ?? []
    if (name === '') return [arg]
    if (rest === '' || flags[name as FlagName]?.type !== 'boolean') return [`--${name}${rest}`]
    if (rest === '=true') return [`--${name}`]
    if (rest === '=false') return []
    throw new UsageError(`--${name} is true or false, and not ${rest.slice(1)}`)
  })
  return [...before, ...args.slice(until)]
}

/** One of the values that a flag may have. @throws UsageError that lists them. */
export function oneOf<const T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((text) => text === value)
  if (found === undefined) throw new UsageError(`${flag} must be ${allowed.join(', ')}, not ${value}`)
  return found
}

function explain(error: NodeJS.ErrnoException, args: readonly string[]): string {
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const flag = /'(--?[^ '=]+)/.exec(error.message)?.[1] ?? args.find((text) => text.startsWith('-')) ?? ''
    const reason = cosignOnly(flag)
    if (reason !== undefined) return reason
    const names = Object.keys(flags).map((name) => `--${name}`)
    // cosign 1 has `-key`, which is read as three flags of one letter here.
    const short = args
      .map((arg) => /^-([a-z][a-z-]+)/.exec(arg)?.[1])
      .find((name) => name && `-${name}`.startsWith(flag))
    if (short !== undefined && names.includes(`--${short}`)) return `unknown flag -${short} (did you mean --${short}?)`
    return `unknown flag ${flag}${suggestion(flag, names)}`
  }
  const [flag, value] = /'(?:-., )?(--[^ ']+)( <value>)?'?/.exec(error.message)?.slice(1) ?? []
  if (flag === undefined) return error.message
  if (value) return `${flag} needs a value`
  return error.message.includes('does not take an argument') ? `${flag} takes no value` : `${flag} needs a value`
}
