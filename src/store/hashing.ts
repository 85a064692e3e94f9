import { createHash, hash, randomBytes, type Hash } from 'node:crypto'
import { algorithmOf, type Algorithm, type Digest } from '../route/names.js'

/** The digest of bytes that are all there. */
export function digestOf(bytes: Uint8Array | string, algorithm: Algorithm = 'sha256'): Digest {
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}`
}

/**
 * A digest that is made while bytes come in. The algorithm is only known for sure when the upload ends, so the likely
 * one runs along, and another one makes the bytes be read again (node's hash states cannot be stored either).
 */
export class RunningDigest {
  readonly algorithm: Algorithm
  readonly #hash: Hash

  constructor(algorithm: Algorithm = 'sha256') {
    this.algorithm = algorithm
    this.#hash = createHash(algorithm)
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  /** Whether this can tell if the bytes have that digest. */
  canCheck(digest: Digest): boolean {
    return algorithmOf(digest) === this.algorithm
  }

  /** The digest of all bytes so far; more may follow. */
  current(): Digest {
    return `${this.algorithm}:${this.#hash.copy().digest('hex')}`
  }
}

/** 128 unguessable bits in hex: an upload session's id is the right to write to it. */
export const unguessableId = (): string => randomBytes(16).toString('hex')
