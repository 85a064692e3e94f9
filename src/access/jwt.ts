import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const header = encode({ alg: 'HS256', typ: 'JWT' })

/**
 * Signs tokens and reads them again: JSON Web Tokens (RFC 7519) with HMAC-SHA256 under a key that is made here and never
 * told, so that a token of another registry, or of this one before it was restarted, is worth nothing.
 */
export class JwtSigner {
  readonly #key = randomBytes(32)

  /** A token with this payload. */
  sign(payload: object): string {
    const text = `${header}.${encode(payload)}`
    return `${text}.${this.#signature(text).toString('base64url')}`
  }

  /** The payload of a token, whatever it says of its lifetime; undefined when this signer has not made it. */
  read(token: string): unknown {
    const end = token.lastIndexOf('.')
    const text = token.slice(0, end)
    const signature = Buffer.from(token.slice(end + 1), 'base64url')
    const right = this.#signature(text)
    if (signature.length !== right.length || !timingSafeEqual(signature, right)) return undefined
    return JSON.parse(Buffer.from(text.slice(header.length + 1), 'base64url').toString())
  }

  #signature(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
