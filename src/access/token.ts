import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Scope } from './scope.js'

/** What a token says. Times are seconds since 1970 (RFC 7519 §2), with fractions: a clock in tests is exact. */
export interface Claims {
  /** Whether it opens the registry, or only gets other tokens. */
  readonly use: 'access' | 'refresh'
  /** Whose it is; undefined for nobody's. */
  readonly account: string | undefined
  readonly scopes: readonly Scope[]
  readonly issued: number
  /** When it ends; undefined for never. */
  readonly expires: number | undefined
}

/** The name of the service that tokens are for, as challenges and tokens have it. */
export const service = 'start-registry'

const header = encode({ alg: 'HS256', typ: 'JWT' })

interface Payload {
  readonly iss: string
  readonly aud: string
  readonly use: Claims['use']
  readonly sub: string
  readonly iat: number
  readonly exp?: number
  readonly jti: string
  readonly access: readonly Scope[]
}

/**
 * Signs tokens and reads them again: JSON Web Tokens (RFC 7519) with HMAC-SHA256 under a key that is made here and never
 * told, so that a token of another registry, or of this one before it was restarted, is worth nothing.
 */
export class TokenSigner {
  readonly #key = randomBytes(32)

  /** A token that says `claims`. */
  sign({ use, account, scopes, issued, expires }: Claims): string {
    const payload: Payload = {
      iss: service,
      aud: service,
      use,
      sub: account ?? '',
      iat: issued,
      ...(expires !== undefined && { exp: expires }),
      jti: randomBytes(12).toString('base64url'),
      access: scopes,
    }
    const text = `${header}.${encode(payload)}`
    return `${text}.${this.#signature(text).toString('base64url')}`
  }

  /** What a token says, whether or not it has expired; undefined when this signer has not made it. */
  read(token: string): Claims | undefined {
    const end = token.lastIndexOf('.')
    const text = token.slice(0, end)
    const signature = Buffer.from(token.slice(end + 1), 'base64url')
    const right = this.#signature(text)
    if (signature.length !== right.length || !timingSafeEqual(signature, right)) return undefined
    const payload = JSON.parse(Buffer.from(text.slice(header.length + 1), 'base64url').toString()) as Payload
    return {
      use: payload.use,
      account: payload.sub === '' ? undefined : payload.sub,
      scopes: payload.access,
      issued: payload.iat,
      expires: payload.exp,
    }
  }

  #signature(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
