import type { Cosign } from './versions.js'

/** What `cosign verify` says that it has verified: what a signature claims. */
export interface Claim {
  readonly critical: {
    readonly identity: { readonly 'docker-reference': string }
    readonly image: { readonly 'docker-manifest-digest': string }
    readonly type: string
  }
  /** The signature's annotations. */
  readonly optional: Readonly<Record<string, string>> | null
}

/** Reads what `cosign verify` prints: one claim a line (cosign 1), or all in one array. */
export function claimsIn(stdout: string): readonly Claim[] {
  const text = stdout.trim()
  return (
    text.startsWith('[') ? JSON.parse(text) : text.split('\n').map((line) => JSON.parse(line) as Claim)
  ) as Claim[]
}

/** What is signed with a `.sig` tag: that this repository's manifest has this digest. */
export const payload = (repository: string, digest: string, annotations: Claim['optional'] = null): Claim => ({
  critical: {
    identity: { 'docker-reference': repository },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  },
  optional: annotations,
})

/**
 * What a version of cosign prints of a signature that it has made itself. A bundle names no repository: what is printed
 * is the reference that was asked for.
 */
export function claim(
  { stores }: Cosign,
  { image, reference, digest }: { readonly image: string; readonly reference: string; readonly digest: string },
  annotations?: Readonly<Record<string, string>>,
): Claim {
  if (stores === 'tags') return payload(image, digest, annotations)
  const { critical } = payload(`${image}${reference}`, digest)
  return { critical: { ...critical, type: 'https://sigstore.dev/cosign/sign/v1' }, optional: annotations ?? {} }
}

/** What an attestation states (in-toto "Statement"). */
export interface Statement {
  readonly _type: string
  readonly predicateType: string
  readonly subject: readonly { readonly name?: string; readonly digest: { readonly sha256: string } }[]
  readonly predicate: { readonly Data?: string }
}

/** Reads what `cosign verify-attestation` prints: the statement itself (cosign 1), or in a DSSE envelope. */
export function statementIn(stdout: string): Statement {
  const printed = JSON.parse(stdout) as Statement | { readonly payload: string }
  if (!('payload' in printed)) return printed
  return JSON.parse(Buffer.from(printed.payload, 'base64').toString()) as Statement
}
