import { FormatError } from './format-error.js'

/**
 * The bytes of base64 text (RFC 4648 §4, with padding).
 * @param as `strict`: canonical, so each value has one text; `go`: what Go's `base64.StdEncoding` takes, which passes over
 * carriage returns and line feeds anywhere, and does not look at the unused bits of the last character.
 * @throws FormatError for anything else.
 */
export function decodeBase64(text: string, as: 'strict' | 'go'): Uint8Array {
  const wanted = as === 'go' ? text.replaceAll(/[\r\n]/g, '') : text
  // Node's decoder takes nearly everything, so what it made is written again and compared.
  const bytes = Buffer.from(wanted, 'base64')
  const canonical = bytes.toString('base64')
  if (canonical === wanted || (as === 'go' && differInUnusedBits(canonical, wanted))) return bytes
  throw new FormatError('this is not base64 as RFC 4648 §4 writes it', firstDifference(canonical, wanted))
}

function differInUnusedBits(canonical: string, text: string): boolean {
  const last = canonical.replace(/=+$/, '').length - 1
  return (
    canonical.length === text.length &&
    canonical.endsWith('=') &&
    canonical.slice(0, last) === text.slice(0, last) &&
    canonical.slice(last + 1) === text.slice(last + 1) &&
    /[A-Za-z0-9+/]/.test(text.charAt(last))
  )
}

function firstDifference(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) if (left[at] !== right[at]) return at
  return length
}
