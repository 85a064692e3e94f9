import { createHash, generateKeyPairSync } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { commonName, extensions, keyIdOf, spkiOf, writeCertificate } from '../formats/certificate-writer.js'
import { implicit } from '../formats/der.js'
import { writePem } from '../formats/pem.js'

export interface CertificateOptions {
  /** Names beside localhost, 127.0.0.1 and ::1: host names, `*.` wildcards, IP addresses. */
  readonly names: readonly string[]
  /** The time that the validity is reckoned from: a date, or milliseconds since 1970. */
  readonly now: number | Date
}

/** A server certificate and what clients must trust, all PEM. The CA's key is not kept by anybody. */
export interface MadeCertificates {
  readonly ca: { readonly certificate: string }
  readonly certificate: string
  readonly key: string
  /** Base64 SHA-256 of the server's SubjectPublicKeyInfo, for Chromium's --ignore-certificate-errors-spki-list. */
  readonly spkiPin: string
}

const hour = 3_600_000
// Long enough for any test run; short, so that a CA that somebody left in a trust store ends by itself.
const validFor = 45 * 24 * hour

const serverAuth = '1.3.6.1.5.5.7.3.1'

/**
 * Makes a CA and a server certificate that it signs, both P-256, valid from an hour before `now` for 45 days
 * (RFC 5280; OpenSSL's -x509_strict, Go, podman, curl and Node accept them). Takes a few milliseconds.
 * A wildcard right below a top-level name, such as `*.localhost`, is written, but curl and Node never match it.
 * @throws TypeError for a name that is neither a host name nor an IP address; RangeError for a time that is not one.
 */
export function makeCertificates({ names, now }: CertificateOptions): MadeCertificates {
  const altNames = [...new Set(['localhost', '127.0.0.1', '::1', ...names])].map(generalName)
  const caKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const caSpki = spkiOf(caKeys.publicKey)
  const caKeyId = keyIdOf(caSpki)
  const spki = spkiOf(keys.publicKey)
  // Part of the key's name: two registries' CAs in one trust store are two issuers.
  const issuer = commonName(`start-registry CA ${caKeyId.toString('hex').slice(0, 12)}`)
  const notBefore = new Date(now.valueOf() - hour)
  const notAfter = new Date(notBefore.getTime() + validFor)
  const certify = (subject: Buffer, key: Buffer, parts: readonly Buffer[]): string =>
    writePem(
      'CERTIFICATE',
      writeCertificate({ issuer, subject, notBefore, notAfter, spki: key, extensions: parts }, caKeys.privateKey),
    )
  return {
    ca: {
      certificate: certify(issuer, caSpki, [
        extensions.ca(0),
        extensions.signsCertificates(),
        extensions.subjectKeyId(caKeyId),
      ]),
    },
    certificate: certify(commonName('start-registry'), spki, [
      extensions.notCa(),
      extensions.signsData(),
      extensions.usages([serverAuth]),
      extensions.subjectKeyId(keyIdOf(spki)),
      extensions.authorityKeyId(caKeyId),
      extensions.subjectAltNames(altNames),
    ]),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    spkiPin: createHash('sha256').update(spki).digest('base64'),
  }
}

// RFC 1123 §2.1: letters, digits and inner hyphens; RFC 6125 §6.4.3: a wildcard is the whole first label. A last label
// that is a number makes URL parsers read an IPv4 address, so `256.0.0.1` could never match anything.
const hostName =
  /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!(?:\d+|0x[a-f0-9]*)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

// RFC 5280 §4.2.1.6: dNSName is [2], iPAddress [7].
function generalName(text: string): Buffer {
  if (isIPv4(text)) return implicit(7, Buffer.from(text.split('.').map(Number)))
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (isIPv6(bare) && !bare.includes('%')) return implicit(7, ipv6Bytes(bare))
  if (text.length <= 253 && hostName.test(text)) return implicit(2, Buffer.from(text))
  throw new TypeError(`start-registry: tls.names: ${JSON.stringify(text)} is neither a host name nor an IP address`)
}

// The WHATWG URL parser writes any IPv6 text in its canonical form, with an IPv4 tail as two groups.
function ipv6Bytes(text: string): Buffer {
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
