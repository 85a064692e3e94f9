import { parseArgs, type ParseArgsConfig } from 'node:util'
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
  readonly user?: readonly string[]
  readonly htpasswd?: string
  readonly anonymous?: string
  readonly auth?: string
  readonly 'ready-file'?: string
  readonly from?: string
  readonly offline?: boolean
  readonly key?: readonly string[]
  readonly 'certificate-identity'?: string
  readonly 'certificate-identity-regexp'?: string
  readonly 'certificate-oidc-issuer'?: string
  readonly 'certificate-oidc-issuer-regexp'?: string
  readonly 'certificate-chain'?: string
  readonly 'ca-roots'?: string
  readonly 'trusted-root'?: string
  readonly 'insecure-ignore-tlog'?: boolean
  readonly 'insecure-ignore-sct'?: boolean
  readonly strict?: boolean
  readonly type?: string
  readonly 'predicate-type'?: string
  readonly annotations?: readonly string[]
  readonly 'ca-file'?: string
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
  user: { type: 'string', multiple: true },
  htpasswd: { type: 'string' },
  anonymous: { type: 'string' },
  auth: { type: 'string' },
  'ready-file': { type: 'string' },
  from: { type: 'string' },
  offline: { type: 'boolean' },
  key: { type: 'string', multiple: true },
  'certificate-identity': { type: 'string' },
  'certificate-identity-regexp': { type: 'string' },
  'certificate-oidc-issuer': { type: 'string' },
  'certificate-oidc-issuer-regexp': { type: 'string' },
  'certificate-chain': { type: 'string' },
  'ca-roots': { type: 'string' },
  'trusted-root': { type: 'string' },
  'insecure-ignore-tlog': { type: 'boolean' },
  'insecure-ignore-sct': { type: 'boolean' },
  strict: { type: 'boolean' },
  type: { type: 'string' },
  'predicate-type': { type: 'string' },
  annotations: { type: 'string', short: 'a', multiple: true },
  'ca-file': { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies Readonly<Record<FlagName, NonNullable<ParseArgsConfig['options']>[string]>>

/** Flags that one command alone has; the others that it has are `json`, `help` and `version`. */
export const flagsOf: Readonly<Record<'binaries' | 'verify', readonly FlagName[]>> = {
  binaries: ['from', 'offline'],
  verify: [
    'key',
    'certificate-identity',
    'certificate-identity-regexp',
    'certificate-oidc-issuer',
    'certificate-oidc-issuer-regexp',
    'certificate-chain',
    'ca-roots',
    'trusted-root',
    'insecure-ignore-tlog',
    'insecure-ignore-sct',
    'strict',
    'type',
    'predicate-type',
    'annotations',
    'ca-file',
  ],
}

/** Reads flags and words. @throws UsageError with what is wrong and what may have been meant. */
export function parseFlags(args: readonly string[]): { readonly values: Values; readonly positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(explain(error as NodeJS.ErrnoException, args))
  }
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
    const names = Object.keys(flags).map((name) => `--${name}`)
    return `unknown flag ${flag}${suggestion(flag, names)}`
  }
  const [flag, value] = /'(?:-., )?(--[^ ']+)( <value>)?'?/.exec(error.message)?.slice(1) ?? []
  if (flag === undefined) return error.message
  if (value) return `${flag} needs a value`
  return error.message.includes('does not take an argument') ? `${flag} takes no value` : `${flag} needs a value`
}
