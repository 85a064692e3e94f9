import { decodeBase64 } from './base64.js'
import { FormatError } from './format-error.js'

/** One block of a PEM file. */
export interface PemBlock {
  /** What stands after `BEGIN`, such as `PUBLIC KEY`. */
  readonly label: string
  /** The header fields of RFC 1421, when there are some. */
  readonly headers?: Readonly<Record<string, string>>
  /** The bytes that the base64 is of: nearly always DER. */
  readonly der: Uint8Array
}

/**
 * The blocks of a PEM text in their order (RFC 7468 §3, and the header fields of RFC 1421 §4.4). Text around them is passed
 * over, as are spaces, tabs and line ends inside them, as Go and OpenSSL do; no block at all is an empty list.
 * @throws FormatError for a block that does not end, ends under another label, or whose content is not base64.
 */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  // The label is as RFC 7468 has it, without a hyphen next to another or at the end.
  const begin = /^-----BEGIN ([^\n-]*(?:-[^\n-]+)*)-----[ \t\r]*$/gm
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const label = found[1] as string
    const start = begin.lastIndex
    const end = text.indexOf(`\n-----END ${label}-----`, start)
    const next = text.indexOf('-----', start)
    if (end < 0 || next !== end + 1) throw at(text, start, `the PEM block ${label} does not end as it began`)
    const { headers, body } = withoutHeaders(text.slice(start, end))
    try {
      const der = decodeBase64(body.replaceAll(/[ \t]/g, ''), 'go')
      blocks.push(headers ? { label, headers, der } : { label, der })
    } catch (error) {
      if (error instanceof FormatError) throw at(text, start, `the PEM block ${label} does not hold base64`)
      throw error
    }
    begin.lastIndex = end + 1
  }
  return blocks
}

const at = (text: string, position: number, message: string): FormatError =>
  new FormatError(message, Buffer.byteLength(text.slice(0, position)))

function withoutHeaders(content: string): { headers: Record<string, string> | undefined; body: string } {
  const lines = content.replace(/^[ \t\r]*\n/, '').split('\n')
  const count = lines.findIndex((line) => !line.includes(':'))
  if (count <= 0) return { headers: undefined, body: lines.join('\n') }
  const fields = lines.slice(0, count).map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const
  })
  return { headers: Object.fromEntries(fields), body: lines.slice(count).join('\n') }
}

/** A PEM block as RFC 7468 §3 writes it: lines of 64 characters, a line feed at the end. */
export function writePem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
