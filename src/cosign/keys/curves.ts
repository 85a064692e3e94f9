import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'

/** The curves of NIST that cosign signs on (FIPS 186-4 §D.1.2). */
export type CurveName = 'P-256' | 'P-384' | 'P-521'

/** A hash by the name that node:crypto has for it. */
export type HashName = 'sha256' | 'sha384' | 'sha512'

/** What there is to know of a curve. */
export interface Curve {
  readonly name: CurveName
  /** Its object identifier (RFC 5480 §2.1.1.1), and the name that node:crypto has for it. */
  readonly oid: string
  readonly openssl: string
  readonly bits: number
  /** The order of its base point: r and s are below it. */
  readonly order: bigint
  readonly ecdsa: ECDSA
  /** What cosign signs with, and what it may verify with instead. */
  readonly hashes: readonly [HashName, ...HashName[]]
}

const curve = (
  name: CurveName,
  oid: string,
  openssl: string,
  bits: number,
  ecdsa: ECDSA,
  hashes: Curve['hashes'],
): Curve => ({ name, oid, openssl, bits, order: ecdsa.Point.Fn.ORDER, ecdsa, hashes })

/** The curves, by name. */
export const curves: Readonly<Record<CurveName, Curve>> = {
  'P-256': curve('P-256', '1.2.840.10045.3.1.7', 'prime256v1', 256, p256, ['sha256']),
  'P-384': curve('P-384', '1.3.132.0.34', 'secp384r1', 384, p384, ['sha384', 'sha256']),
  'P-521': curve('P-521', '1.3.132.0.35', 'secp521r1', 521, p521, ['sha512', 'sha256']),
}
