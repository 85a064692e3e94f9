import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { childrenOf, integerOf } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { algorithmOf, equal, type Algorithm } from './certificate.js'
import { objectIds } from './object-ids.js'

type KeyType = 'ec' | 'rsa' | 'ed25519'

interface Scheme {
  readonly type: KeyType
  /** The digest's name for node; null when the algorithm has its own. */
  readonly digest: string | null
  readonly pss?: boolean
}

/** The digests that are taken anywhere here, by object identifier: SHA-1 and older are not. */
export const digests: ReadonlyMap<string, string> = new Map([
  [objectIds.sha256, 'sha256'],
  [objectIds.sha384, 'sha384'],
  [objectIds.sha512, 'sha512'],
])

const schemes = new Map<string, Scheme>([
  [objectIds.ecdsaWithSha256, { type: 'ec', digest: 'sha256' }],
  [objectIds.ecdsaWithSha384, { type: 'ec', digest: 'sha384' }],
  [objectIds.ecdsaWithSha512, { type: 'ec', digest: 'sha512' }],
  [objectIds.sha256WithRsa, { type: 'rsa', digest: 'sha256' }],
  [objectIds.sha384WithRsa, { type: 'rsa', digest: 'sha384' }],
  [objectIds.sha512WithRsa, { type: 'rsa', digest: 'sha512' }],
  [objectIds.ed25519, { type: 'ed25519', digest: null }],
])

const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/**
 * The key of a SubjectPublicKeyInfo, when it is of a kind that is used to sign certificates, logs and timestamps: P-256,
 * P-384, P-521, Ed25519, RSA of 2048 to 8192 bits; undefined for any other, and for one that is not written as DER has it.
 * The upper limits keep a made-up key from costing seconds.
 */
export function signingKeyOf(spki: Uint8Array): KeyObject | undefined {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {}
  const kept =
    key.asymmetricKeyType === 'ec'
      ? curves.has(namedCurve ?? '')
      : key.asymmetricKeyType === 'rsa'
        ? modulusLength >= 2048 && modulusLength <= 8192 && publicExponent < 2n ** 32n
        : key.asymmetricKeyType === 'ed25519'
  // Explicit curve parameters, compressed points and whatever else is written otherwise do not come back as they were.
  return kept && equal(key.export({ format: 'der', type: 'spki' }), spki) ? key : undefined
}

/**
 * Whether a signature is one of these bytes by this key (RFC 5280 §4.1.1.3).
 * @param digest The digest's name, for algorithms that do not say it themselves, as CMS has them (RFC 5754 §3.2).
 * @returns false also for algorithms that are not taken: anything with SHA-1, DSA, other curves, small RSA.
 */
export function isSignedBy(
  spki: Uint8Array,
  algorithm: Algorithm,
  signed: { readonly bytes: Uint8Array; readonly signature: Uint8Array; readonly digest?: string },
): boolean {
  const scheme = schemeOf(algorithm, signed.digest)
  const key = scheme && signingKeyOf(spki)
  if (!scheme || key?.asymmetricKeyType !== scheme.type) return false
  const options = scheme.pss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key }
  return verify(scheme.digest, signed.bytes, options, signed.signature)
}

function schemeOf({ id, parameters }: Algorithm, digest: string | undefined): Scheme | undefined {
  if (id === objectIds.rsassaPss) return pssOf(parameters)
  if (id === objectIds.rsaEncryption && digest !== undefined) return { type: 'rsa', digest }
  const scheme = schemes.get(id)
  // RFC 5758 §3.2, RFC 8410 §3: no parameters; RFC 8017 A.2.4: NULL, which some leave out.
  const none = parameters === undefined || (scheme?.type === 'rsa' && parameters.bytes.length === 2)
  return none && (digest === undefined || scheme?.digest === null || scheme?.digest === digest) ? scheme : undefined
}

// RFC 4055 §3.1, and Go's rule: one digest for all, and a salt as long as it.
function pssOf(parameters: Algorithm['parameters']): Scheme | undefined {
  try {
    const [hash, mask, salt, ...rest] = childrenOf(parameters)
    const id = algorithmOf(childrenOf(hash, 0xa0)[0]).id
    const generator = algorithmOf(childrenOf(mask, 0xa1)[0])
    const digest = digests.get(id)
    const sameDigest = generator.id === objectIds.mgf1 && algorithmOf(generator.parameters).id === id
    const length = Number(digest?.slice(3)) / 8
    const fits = sameDigest && rest.length === 0 && integerOf(childrenOf(salt, 0xa2)[0]) === BigInt(length)
    return digest !== undefined && fits ? { type: 'rsa', digest, pss: true } : undefined
  } catch (error) {
    if (error instanceof FormatError || error instanceof RangeError) return undefined
    throw error
  }
}
