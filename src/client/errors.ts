/**
 * What went wrong between us and a registry.
 * - `UNREACHABLE`: no answer; `UNTRUSTED`: its certificate is none that is trusted; `PLAIN_HTTP`: it would be spoken to
 *   unencrypted
 * - `UNAUTHORIZED`, `DENIED`: by the registry, or by what issues its tokens
 * - `REFUSED`: another status than was hoped for; `BAD_REPLY`: what no registry answers
 * - `DIGEST_MISMATCH`, `TOO_LARGE`: what came is not what was asked for
 */
export type ClientErrorCode =
  | 'UNREACHABLE'
  | 'UNTRUSTED'
  | 'PLAIN_HTTP'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'REFUSED'
  | 'BAD_REPLY'
  | 'DIGEST_MISMATCH'
  | 'TOO_LARGE'

/** A registry could not be read; the message says what to do. */
export class ClientError extends Error {
  readonly code: ClientErrorCode
  /** The status that the registry answered with, when it did. */
  readonly status: number | undefined
  /** When to ask again, as the registry said it (RFC 9110 §10.2.3). */
  readonly retryAfter: string | undefined

  constructor(
    code: ClientErrorCode,
    message: string,
    options: { cause?: unknown; status?: number | undefined; retryAfter?: string | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ClientError'
    this.code = code
    this.status = options.status
    this.retryAfter = options.retryAfter
  }
}

/**
 * What a registry says of its refusal (distribution-spec 1.1 "Error Codes"), for a message; empty when it says nothing
 * that can be read. Other than the registry's own words it holds no control characters, and is short.
 */
export function refusalText(body: Buffer): string {
  let json: unknown
  try {
    json = JSON.parse(body.toString())
  } catch {
    // A proxy's page, mostly.
    return ''
  }
  const errors = (json as { errors?: unknown } | null)?.errors
  if (!Array.isArray(errors)) return ''
  const texts = errors.map((error: { code?: unknown; message?: unknown } | null) =>
    [error?.code, error?.message].filter((part) => typeof part === 'string' && part !== '').join(': '),
  )
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  const clean = texts.join('; ').replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return clean.length > 400 ? `${clean.slice(0, 400)}…` : clean
}
