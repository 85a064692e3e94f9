import { parseReference, type ImageReference } from '../../src/client/reference.js'
import type { VerifyPolicy } from '../signatures/options.js'
import { oneOf, UsageError, type Values } from './flags.js'

/** What `verify` is asked to do. */
export interface VerifyRequest {
  readonly reference: ImageReference
  readonly policy: VerifyPolicy
  /** A file with CAs of registries. */
  readonly caFile: string | undefined
}

/**
 * Reads what `verify` is to verify. @param rest The words behind the command.
 * @throws UsageError for anything that is missing, or too much.
 */
export function verifyRequest(rest: readonly string[], values: Values): VerifyRequest {
  const [text, ...more] = rest
  if (text === undefined) throw new UsageError('verify needs a reference: HOST:PORT/REPOSITORY:TAG or …@DIGEST')
  if (more.length > 0) throw new UsageError(`verify takes one reference, and ${more[0]} is another`)
  const type = values.type === undefined ? 'image' : oneOf('--type', values.type, ['image', 'attestation'])
  const predicateType = values['predicate-type']
  if (predicateType !== undefined && type !== 'attestation') {
    throw new UsageError('--predicate-type goes with --type attestation')
  }
  return {
    reference: referenceOf(text),
    policy: {
      ...whose(values),
      strict: values.strict,
      annotations: annotationsOf(values.annotations ?? []),
      type,
      predicateType,
    },
    caFile: values['ca-file'],
  }
}

function referenceOf(text: string): ImageReference {
  try {
    return parseReference(text)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function whose(values: Values): Pick<VerifyPolicy, 'keys' | 'certificate'> {
  const { key: keys } = values
  const identity = values['certificate-identity']
  const issuer = values['certificate-oidc-issuer']
  const [chain, roots] = [values['certificate-chain'], values['ca-roots']]
  const named = Object.entries({
    'certificate-identity': identity,
    'certificate-oidc-issuer': issuer,
    'certificate-chain': chain,
    'ca-roots': roots,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (keys) {
    if (named.length > 0)
      throw new UsageError(`--${named[0]} does not go with --key: a signature is by one or the other`)
    return { keys }
  }
  if (named.length === 0) {
    throw new UsageError(
      'say whose signatures count: --key FILE, or --certificate-identity and --certificate-oidc-issuer',
    )
  }
  if (identity === undefined || issuer === undefined) {
    throw new UsageError('--certificate-identity and --certificate-oidc-issuer go together')
  }
  if ((chain === undefined) === (roots === undefined)) {
    throw new UsageError('certificates need CAs: --ca-roots FILE, or --certificate-chain FILE')
  }
  return { certificate: { identity, issuer, ...(roots === undefined ? { chain } : { roots }) } }
}

function annotationsOf(texts: readonly string[]): Record<string, string> | undefined {
  const pairs = texts.map((text): [string, string] => {
    const equals = text.indexOf('=')
    if (equals < 1) throw new UsageError(`-a must be KEY=VALUE, not ${text}`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  })
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
}
