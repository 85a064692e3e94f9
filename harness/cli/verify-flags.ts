import type { Login } from '../../src/client/authorization.js'
import { parseReference, type ImageReference } from '../../src/client/reference.js'
import type { CertificatePolicy, TrustPolicy, VerifyPolicy } from '../signatures/options.js'
import { keyReferenceProblem } from './key-reference.js'
import { oneOf, UsageError, type Values } from './flags.js'

/** What `verify` is asked to do. */
export interface VerifyRequest {
  readonly references: readonly ImageReference[]
  /** Its keys are key references (key-reference.ts). */
  readonly policy: VerifyPolicy
  /** A file with CAs of registries. */
  readonly caFile: string | undefined
  /** Of the registry, in place of the one that is kept. */
  readonly login: Login | undefined
}

/**
 * Reads what `verify` is to verify. @param rest The words behind the command.
 * @throws UsageError for anything that is missing, or too much.
 */
export function verifyRequest(rest: readonly string[], values: Values): VerifyRequest {
  if (rest.length === 0) throw new UsageError('verify needs a reference: HOST:PORT/REPOSITORY:TAG or …@DIGEST')
  const type = values.type === undefined ? 'image' : oneOf('--type', values.type, ['image', 'attestation'])
  const predicateType = values['predicate-type']
  if (predicateType !== undefined && type !== 'attestation') {
    throw new UsageError('--predicate-type goes with --type attestation')
  }
  return {
    references: rest.map(referenceOf),
    policy: {
      ...whose(values),
      strict: values.strict,
      annotations: annotationsOf(values.annotations ?? []),
      type,
      predicateType,
      recursive: values.recursive,
      experimentalOci11: values['experimental-oci11'],
      allowCertificateChain: values['allow-certificate-chain'],
    },
    caFile: caFileOf(values),
    login: loginOf(values),
  }
}

function referenceOf(text: string): ImageReference {
  try {
    return parseReference(text)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function caFileOf({ 'ca-file': own, 'registry-cacert': cosigns }: Values): string | undefined {
  if (own !== undefined && cosigns !== undefined) throw new UsageError('--ca-file and --registry-cacert are the same')
  return own ?? cosigns
}

function loginOf(values: Values): Login | undefined {
  const { 'registry-username': username, 'registry-password': password, 'registry-token': registryToken } = values
  if ((username === undefined) !== (password === undefined)) {
    throw new UsageError('--registry-username and --registry-password go together')
  }
  if (username !== undefined && registryToken !== undefined) {
    throw new UsageError('--registry-username and --registry-token do not go together')
  }
  if (registryToken !== undefined) return { registryToken }
  return username === undefined || password === undefined ? undefined : { username, password }
}

function whose(values: Values): TrustPolicy {
  const { key: keys } = values
  const named = certificateFlags.find((flag) => values[flag] !== undefined)
  if (keys && named !== undefined) {
    throw new UsageError(`--${named} does not go with --key: a signature is by one or the other`)
  }
  const trustedRoot = values['trusted-root']
  // Without one nothing is asked of a log, and a command line of cosign's is right as it is.
  const root = {
    trustedRoot,
    ignoreTlog: values['insecure-ignore-tlog'] ?? values['private-infrastructure'],
    ignoreSct: values['insecure-ignore-sct'],
    requireTimestamp: values['use-signed-timestamps'],
  }
  if (root.requireTimestamp && trustedRoot === undefined) {
    throw new UsageError('--use-signed-timestamps goes with --trusted-root, which has the authorities')
  }
  if (keys) {
    for (const key of keys) checkKey(key)
    return { keys, ...root }
  }
  if (named === undefined) {
    throw new UsageError(
      'say whose signatures count: --key FILE, or --certificate-identity and --certificate-oidc-issuer',
    )
  }
  return { certificate: certificateOf(values), ...root }
}

const certificateFlags = [
  'certificate-identity',
  'certificate-identity-regexp',
  'certificate-oidc-issuer',
  'certificate-oidc-issuer-regexp',
  'certificate-chain',
  'ca-roots',
  'ca-intermediates',
] as const

function certificateOf(values: Values): CertificatePolicy {
  const oneOfTwo = (flag: 'certificate-identity' | 'certificate-oidc-issuer'): void => {
    const [exact, pattern] = [values[flag], values[`${flag}-regexp`]]
    if (exact === undefined && pattern === undefined) {
      throw new UsageError('--certificate-identity and --certificate-oidc-issuer go together')
    }
    if (exact !== undefined && pattern !== undefined) {
      throw new UsageError(`--${flag} and --${flag}-regexp do not go together`)
    }
  }
  oneOfTwo('certificate-identity')
  oneOfTwo('certificate-oidc-issuer')
  const { 'certificate-chain': chain, 'ca-roots': roots, 'ca-intermediates': intermediates } = values
  if (intermediates !== undefined && roots === undefined)
    throw new UsageError('--ca-intermediates goes with --ca-roots')
  if (chain !== undefined && roots !== undefined)
    throw new UsageError('--certificate-chain and --ca-roots do not go together')
  if (chain === undefined && roots === undefined && values['trusted-root'] === undefined) {
    throw new UsageError('certificates need CAs: --ca-roots FILE, --certificate-chain FILE or --trusted-root FILE')
  }
  return {
    identity: values['certificate-identity'],
    identityRegExp: values['certificate-identity-regexp'],
    issuer: values['certificate-oidc-issuer'],
    issuerRegExp: values['certificate-oidc-issuer-regexp'],
    roots,
    intermediates,
    chain,
  }
}

function checkKey(reference: string): void {
  const problem = keyReferenceProblem(reference)
  if (problem !== undefined) throw new UsageError(problem)
}

function annotationsOf(texts: readonly string[]): Record<string, string> | undefined {
  const pairs = texts.map((text): [string, string] => {
    const equals = text.indexOf('=')
    if (equals < 1) throw new UsageError(`-a must be KEY=VALUE, not ${text}`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  })
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
}
