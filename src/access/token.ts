import { randomBytes } from 'node:crypto'
import { JwtSigner } from './jwt.js'
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

/** Signs the tokens of a registry, and reads them again. */
export class TokenSigner {
  readonly #signer = new JwtSigner()

  /** A token that says `claims`. */
  sign({ use, account, scopes, issued, expires }: Claims): string {
    return this.#signer.sign({
      iss: service,
      aud: service,
      use,
      sub: account ?? '',
      iat: issued,
      ...(expires !== undefined && { exp: expires }),
      jti: randomBytes(12).toString('base64url'),
      access: scopes,
    } satisfies Payload)
  }

  /** What a token says, whether or not it has expired; undefined when this signer has not made it. */
  read(token: string): Claims | undefined {
    const payload = this.#signer.read(token) as Payload | undefined
    if (!payload) return undefined
    const { use, sub, access, iat, exp } = payload
    return { use, account: sub === '' ? undefined : sub, scopes: access, issued: iat, expires: exp }
  }
}
