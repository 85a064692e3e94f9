import { JwtSigner } from '../../access/jwt.js'
import type { Identity } from '../directory/identity.js'

/** What may be done to a repository, as a token says it; `*` is all. */
export interface Grant {
  readonly type: 'repository'
  /** As it was asked for: a name of one part stays one. */
  readonly name: string
  readonly actions: readonly string[]
}

interface Payload {
  readonly access: readonly Grant[]
  readonly context: Readonly<Record<string, unknown>>
  readonly aud: string | null
  readonly exp: number
  readonly iss: 'quay'
  readonly iat: number
  readonly nbf: number
  readonly sub: string
}

/** Somebody's token, read. */
export interface Bearer {
  readonly identity: Identity
  readonly grants: readonly Grant[]
}

/** What Quay says of a token whose time is over. */
export const expired = 'Signature has expired'

const lifetime = 3600
// Clocks of machines differ: a token counts a little longer than it says.
const leeway = 30

/**
 * Signs and reads the tokens of a Quay: claims as auth/registry_jwt_auth.py and auth/auth_context_type.py have them. The
 * signature is an HMAC where Quay has RS256: no client looks, and an RSA key takes a tenth of a second to make.
 */
export class QuayTokens {
  readonly #signer = new JwtSigner()

  /**
   * A token issued at `at` milliseconds since 1970.
   * @param service That it is for; a token for none is good for nothing.
   * @param repositories What `access` is about, as `namespace/name`.
   */
  issue(
    identity: Identity,
    { access, repositories }: { readonly access: readonly Grant[]; readonly repositories: readonly string[] },
    service: string | undefined,
    at: number,
  ): string {
    const now = Math.floor(at / 1000)
    return this.#signer.sign({
      access,
      context: contextOf(identity, repositories),
      aud: service ?? null,
      exp: now + lifetime,
      iss: 'quay',
      iat: now,
      nbf: now,
      sub: identity.username ?? '(anonymous)',
    } satisfies Payload)
  }

  /** Reads a token, or says why not: it is none of ours, has expired, or is for another service. */
  read(token: string, service: string, at: number): Bearer | string {
    const payload = this.#signer.read(token) as Payload | undefined
    if (!payload) return 'Unknown service key'
    if (Math.floor(at / 1000) - leeway >= payload.exp) return expired
    if (payload.aud === null) return 'Token is missing the "aud" claim'
    if (payload.aud !== service) return 'Invalid audience'
    return { identity: identityOf(payload), grants: payload.access }
  }
}

function contextOf({ kind, username, reference }: Identity, repositories: readonly string[]): Payload['context'] {
  const roots = Object.fromEntries(repositories.map((name) => [name, '$disabled']))
  const apostille = { 'com.apostille.roots': roots, 'com.apostille.root': '$disabled' }
  if (username === undefined) return apostille
  return { version: 2, entity_kind: kind, entity_reference: reference, kind, user: username, ...apostille }
}

function identityOf({ context }: Payload): Identity {
  const {
    entity_kind: kind,
    entity_reference: reference,
    user,
  } = context as Readonly<Record<string, string | undefined>>
  if (user === undefined) return { kind: 'anonymous', username: undefined, reference: undefined, scopes: undefined }
  return { kind: kind as Identity['kind'], username: user, reference, scopes: undefined }
}
