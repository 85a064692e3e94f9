import { createHmac } from 'node:crypto'
// Not nist.js, which makes all three curves, and much more on them, when it is loaded.
import { ecdsa, weierstrass, type ECDSA, type WeierstrassOpts } from '@noble/curves/abstract/weierstrass.js'
import type { CHash } from '@noble/curves/utils.js'

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
  { oid, openssl, bits, hashes }: Pick<Curve, 'oid' | 'openssl' | 'bits' | 'hashes'>,
  parameters: Omit<WeierstrassOpts<bigint>, 'a' | 'h'>,
): Curve => {
  let made: ECDSA | undefined
  return {
    name,
    oid,
    openssl,
    bits,
    hashes,
    order: parameters.n,
    get ecdsa() {
      const hash = hashes[0]
      made ??= ecdsa(weierstrass({ ...parameters, a: parameters.p - 3n, h: 1n }), noHash(hash), {
        hmac: (key: Uint8Array, message: Uint8Array) => createHmac(hash, key).update(message).digest(),
      })
      return made
    },
  }
}

const noHashing = (): never => {
  throw new TypeError('start-registry: signatures are of digests that node has made')
}

const lengths: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 }

// What noble would hash messages with: node does it here. RFC 6979 needs its length, and an HMAC by it.
const noHash = (name: HashName): CHash =>
  Object.assign(() => noHashing(), {
    outputLen: lengths[name],
    blockLen: name === 'sha256' ? 64 : 128,
    canXOF: false,
    create: noHashing,
  }) as CHash

/** The curves, by name; their parameters as SEC 2 has them (§2.4.2, §2.5.1, §2.6.1). */
export const curves: Readonly<Record<CurveName, Curve>> = {
  'P-256': curve(
    'P-256',
    { oid: '1.2.840.10045.3.1.7', openssl: 'prime256v1', bits: 256, hashes: ['sha256'] },
    {
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
      Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    },
  ),
  'P-384': curve(
    'P-384',
    { oid: '1.3.132.0.34', openssl: 'secp384r1', bits: 384, hashes: ['sha384', 'sha256'] },
    {
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
      Gx: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      Gy: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    },
  ),
  'P-521': curve(
    'P-521',
    { oid: '1.3.132.0.35', openssl: 'secp521r1', bits: 521, hashes: ['sha512', 'sha256'] },
    {
      p: 2n ** 521n - 1n,
      n: BigInt(
        '0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa' +
          '51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
      ),
      b: BigInt(
        '0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef10' +
          '9e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00',
      ),
      Gx: BigInt(
        '0xc6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3' +
          'dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
      ),
      Gy: BigInt(
        '0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e' +
          '662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
      ),
    },
  ),
}

/** Whether bytes are a point of a curve, written as it has them. */
export function isPoint(Point: { fromBytes(bytes: Uint8Array): unknown }, bytes: Uint8Array): boolean {
  try {
    Point.fromBytes(bytes)
    return true
  } catch {
    return false
  }
}
