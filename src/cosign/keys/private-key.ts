import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { readDer } from '../../formats/der-reader.js'
import { childrenOf, expectTag, tags } from '../../formats/der-values.js'
import { readPem, writePem, type PemBlock } from '../../formats/pem.js'
import { reading } from '../reading.js'
import { CosignError } from '../verdict.js'
import { curves, type HashName } from './curves.js'
import { signEcdsa } from './ecdsa.js'
import { signEd25519, type EdwardsVariant } from './ed25519.js'
import { openBox, sealBox, type ScryptN } from './encrypted-box.js'
import { parsePublicKey, type KeyKind, type PublicKey } from './public-key.js'

/** A key that signatures are made with. */
export interface SigningKey {
  readonly kind: KeyKind
  readonly publicKey: PublicKey
  /** The private key as PKCS#8 in DER (RFC 5958). */
  readonly pkcs8: Uint8Array
  /** The same for node:crypto. */
  readonly keyObject: KeyObject
}

/** How cosign's private keys are labelled: `ENCRYPTED COSIGN PRIVATE KEY` until 2.0.0, `SIGSTORE` from 2.0.1 on. */
export type PrivateKeyLabel = 'COSIGN' | 'SIGSTORE'

const labels: readonly PrivateKeyLabel[] = ['COSIGN', 'SIGSTORE']
const fullLabel = (label: PrivateKeyLabel): string => `ENCRYPTED ${label} PRIVATE KEY`

/**
 * Reads an encrypted private key of any version of cosign (`cosign.key`). Takes up to a second, for scrypt.
 * @throws CosignError KEY_LABEL for another PEM label; KEY_KDF, KEY_CIPHER, KEY_PARAMETERS, before anything is derived;
 * KEY_PASSWORD; KEY_PARSE for all else that is wrong, KEY_TYPE_UNSUPPORTED as `parsePublicKey`.
 */
export function readPrivateKey(pem: string, password: string): SigningKey {
  return reading('KEY_PARSE', 'the private key of cosign', () => {
    const block = onlyBlock(pem, labels.map(fullLabel))
    return signingKey(openBox(block.der, password), 'pkcs8')
  })
}

/** How a private key is written. */
export interface WriteOptions {
  readonly label?: PrivateKeyLabel
  /** scrypt's cost. */
  readonly n?: ScryptN
}

/** A private key as `cosign.key` has it, by default as cosign 2.2 and later write it. */
export const writePrivateKey = (key: SigningKey, password: string, options: WriteOptions = {}): string =>
  writePem(fullLabel(options.label ?? 'SIGSTORE'), sealBox(key.pkcs8, password, options.n ?? 65536))

const plainTypes = { 'PRIVATE KEY': 'pkcs8', 'EC PRIVATE KEY': 'sec1', 'RSA PRIVATE KEY': 'pkcs1' } as const

/**
 * A private key that is not encrypted: PEM of PKCS#8, SEC1 or PKCS#1, as `cosign import-key-pair` takes it.
 * @throws CosignError KEY_LABEL, KEY_PARSE, KEY_TYPE_UNSUPPORTED as `readPrivateKey`.
 */
export function importPrivateKey(pem: string): SigningKey {
  return reading('KEY_PARSE', 'the private key', () => {
    const block = onlyBlock(pem, Object.keys(plainTypes))
    if (block.headers)
      throw new CosignError('KEY_CIPHER', 'a key that OpenSSL has encrypted in its old way is not read')
    return signingKey(block.der, plainTypes[block.label as keyof typeof plainTypes])
  })
}

function onlyBlock(pem: string, wanted: readonly string[]): PemBlock {
  const [block, ...others] = readPem(pem)
  if (!block || others.length > 0) {
    const count = others.length === 0 ? 'no' : 'more than one'
    throw new CosignError('KEY_PARSE', `a private key is one PEM block, and there is ${count} block`)
  }
  if (wanted.includes(block.label)) return block
  throw new CosignError('KEY_LABEL', `the PEM label should be ${wanted.join(' or ')}, and is ${block.label}`)
}

// The tag of the second value, by which each form is told from the others.
const tellingTags = { pkcs8: tags.sequence, sec1: tags.octetString, pkcs1: tags.integer } as const

function signingKey(der: Uint8Array, type: keyof typeof tellingTags): SigningKey {
  // OpenSSL takes BER, trailing bytes, and each form for the others. An RSA key of 8192 bits, the largest, has 5 KiB.
  const [, second] = childrenOf(readDer(der, { size: 8192 }))
  expectTag(second, tellingTags[type], `what makes a key ${type.toUpperCase()}`)
  try {
    const keyObject = createPrivateKey({ key: Buffer.from(der), format: 'der', type })
    const key = ofKeyObject(keyObject)
    demandThatItFits(keyObject)
    return key
  } catch (error) {
    if (error instanceof CosignError) throw error
    throw new CosignError('KEY_PARSE', 'this is not a private key that OpenSSL can read')
  }
}

function ofKeyObject(keyObject: KeyObject): SigningKey {
  const spki = createPublicKey(keyObject).export({ type: 'spki', format: 'der' })
  const publicKey = parsePublicKey(spki)
  return { kind: publicKey.kind, publicKey, pkcs8: keyObject.export({ type: 'pkcs8', format: 'der' }), keyObject }
}

// A file can hold a public half that is not the private half's, and OpenSSL does not look.
function demandThatItFits(keyObject: KeyObject): void {
  const hash = keyObject.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const message = Buffer.from('start-registry')
  if (!verify(hash, message, createPublicKey(keyObject), sign(hash, message, keyObject))) {
    throw new CosignError('KEY_PARSE', 'the halves of the private key do not fit each other')
  }
}

/** A key pair, with the public key as `cosign.pub` has it. */
export interface KeyPair {
  readonly privateKey: SigningKey
  readonly publicKey: PublicKey
  readonly publicPem: string
}

/** Makes a key pair: in about a millisecond, but for RSA, of 2048 bits, in a tenth of a second or more. */
export function generateKeyPair(kind: KeyKind = 'P-256'): KeyPair {
  const privateKey = ofKeyObject(newKey(kind))
  const { publicKey } = privateKey
  return { privateKey, publicKey, publicPem: writePem('PUBLIC KEY', publicKey.spki) }
}

function newKey(kind: KeyKind): KeyObject {
  if (kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  if (kind === 'Ed25519') return generateKeyPairSync('ed25519').privateKey
  return generateKeyPairSync('ec', { namedCurve: curves[kind].openssl }).privateKey
}

/** How the secret number of an ECDSA signature is chosen; by RFC 6979 a message has one signature. */
export type Nonce = 'random' | 'rfc6979'

/** What older versions of cosign sign with: SHA-256 on every curve, and Ed25519 over the message itself. */
export interface SignOptions {
  readonly hash?: HashName
  readonly edwards?: EdwardsVariant
  /** Of ECDSA. @default 'random' */
  readonly nonce?: Nonce | undefined
}

/**
 * Signs a message as cosign 2.6 and 3 do: ECDSA in DER with the curve's hash, RSA PKCS#1 v1.5 with SHA-256, Ed25519ph.
 */
export function signWith(key: SigningKey, message: Uint8Array, options: SignOptions = {}): Uint8Array {
  const { kind, keyObject } = key
  if (kind === 'Ed25519') return signEd25519(options.edwards ?? 'ed25519ph', secretOf(keyObject), message)
  const hash = options.hash ?? (kind === 'RSA' ? 'sha256' : curves[kind].hashes[0])
  if (options.nonce === 'rfc6979' && kind !== 'RSA') return signEcdsa(curves[kind], secretOf(keyObject), hash, message)
  return sign(hash, message, keyObject)
}

const secretOf = (keyObject: KeyObject): Uint8Array =>
  Buffer.from(keyObject.export({ format: 'jwk' }).d as string, 'base64url')
