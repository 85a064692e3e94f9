import { CosignError } from '../verdict.js'
import type { Certificate } from './certificate.js'

/** Who may have signed: the subject and who vouches for it, each exactly or by a regular expression. */
export interface IdentityPolicy {
  /** A subject alternative name: an e-mail address, a URI, a host name or Fulcio's user name. */
  readonly subject?: string | undefined
  /** ECMAScript's syntax; it must match from the beginning to the end. */
  readonly subjectRegExp?: string | undefined
  /** The issuer of the identity token; '' for a certificate without one. */
  readonly issuer?: string | undefined
  readonly issuerRegExp?: string | undefined
  /** false: an expression may match anywhere, as the real cosign has it. @default true */
  readonly anchored?: boolean | undefined
  /** Which of Fulcio's extensions names the issuer: `raw`, the older alone, as cosign has it beside a `.sig`. @default 'any' */
  readonly issuerFrom?: 'any' | 'raw' | undefined
}

/** Who a certificate is for. */
export interface Identity {
  readonly subject: string
  /** undefined when the certificate names none. */
  readonly issuer: string | undefined
}

// An expression's time can grow with what it is matched against, and that comes from the signature.
const longestMatched = 2048

/**
 * Holds a certificate's names against who may have signed.
 * @returns the name that fits, and the issuer.
 * @throws CosignError SAN_MISMATCH, ISSUER_MISMATCH (also when Fulcio's two issuer extensions contradict each other).
 * @throws TypeError for a policy without a subject or without an issuer, which would let anybody pass, and for an
 *   expression that is not one.
 */
export function verifyIdentity(certificate: Certificate, policy: IdentityPolicy): Identity {
  const subjectFits = matcherOf('subject', policy.subject, policy.subjectRegExp, policy.anchored)
  const issuerFits = matcherOf('issuer', policy.issuer, policy.issuerRegExp, policy.anchored)
  const names = identitiesOf(certificate)
  const subject = names.find(subjectFits)
  if (subject === undefined) {
    const found = names.length > 0 ? names.map((name) => JSON.stringify(name)).join(', ') : 'nobody'
    throw new CosignError('SAN_MISMATCH', `the certificate is for ${found}, which is not who is wanted`)
  }
  const issuer = policy.issuerFrom === 'raw' ? certificate.issuerRaw : issuerOf(certificate)
  if (!issuerFits(issuer ?? '')) {
    const found = issuer === undefined ? 'no issuer' : `the issuer ${JSON.stringify(issuer)}`
    throw new CosignError('ISSUER_MISMATCH', `the certificate names ${found}, which is not who is wanted`)
  }
  return { subject, issuer }
}

/** The names of a certificate that can be an identity. */
export const identitiesOf = ({ subjectAltNames = [] }: Certificate): string[] =>
  subjectAltNames.filter(({ kind }) => kind !== 'other').map(({ value }) => value)

/** The issuer by Fulcio's extensions. @throws CosignError ISSUER_MISMATCH when there are two that differ. */
export function issuerOf({ issuer, issuerRaw }: Certificate): string | undefined {
  if (issuer !== undefined && issuerRaw !== undefined && issuer !== issuerRaw) {
    const both = `${JSON.stringify(issuer)} and ${JSON.stringify(issuerRaw)}`
    throw new CosignError('ISSUER_MISMATCH', `the certificate names two issuers, ${both}`)
  }
  return issuer ?? issuerRaw
}

function matcherOf(
  what: string,
  exact: string | undefined,
  expression: string | undefined,
  anchored = true,
): (text: string) => boolean {
  if (exact !== undefined && expression === undefined) return (text) => text === exact
  if (exact !== undefined || expression === undefined) {
    throw new TypeError(`start-registry: identity: give ${what} or ${what}RegExp`)
  }
  const compiled = compile(what, expression, anchored)
  return (text) => text.length <= longestMatched && compiled.test(text)
}

function compile(what: string, expression: string, anchored: boolean): RegExp {
  // Go writes flags in front, and people have such expressions in their scripts.
  const [, flags = '', source = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(expression) ?? []
  try {
    return new RegExp(anchored ? `^(?:${source})$` : source, [...new Set(flags)].join(''))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new TypeError(`start-registry: identity.${what}RegExp: ${why}`, { cause: error })
  }
}
