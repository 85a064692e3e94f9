import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from '../formats/der.js'

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

const ids = {
  ecdsaWithSha256: oid('1.2.840.10045.4.3.2'),
  commonName: oid('2.5.4.3'),
  subjectKeyIdentifier: oid('2.5.29.14'),
  keyUsage: oid('2.5.29.15'),
  subjectAltName: oid('2.5.29.17'),
  basicConstraints: oid('2.5.29.19'),
  authorityKeyIdentifier: oid('2.5.29.35'),
  extendedKeyUsage: oid('2.5.29.37'),
  serverAuth: oid('1.3.6.1.5.5.7.3.1'),
}

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
  const caKeyId = keyIdOf(caKeys.publicKey)
  // Part of the key's name: two registries' CAs in one trust store are two issuers.
  const issuer = name(`start-registry CA ${caKeyId.toString('hex').slice(0, 12)}`)
  const from = new Date(now.valueOf() - hour)
  const validity = sequence(time(from), time(new Date(from.getTime() + validFor)))
  const certify = (subject: Buffer, key: KeyObject, extensions: readonly Buffer[]): string =>
    pem(signed({ issuer, subject, validity, key, extensions }, caKeys.privateKey))
  const spki = spkiOf(keys.publicKey)
  return {
    ca: {
      certificate: certify(issuer, caKeys.publicKey, [
        extension(ids.basicConstraints, true, sequence(boolean(true), integer(0))),
        // keyCertSign and cRLSign are bits 5 and 6: one bit of the byte is unused.
        extension(ids.keyUsage, true, bitString(Buffer.from([0x06]), 1)),
        extension(ids.subjectKeyIdentifier, false, octetString(caKeyId)),
      ]),
    },
    certificate: certify(name('start-registry'), keys.publicKey, [
      extension(ids.basicConstraints, true, sequence()),
      // digitalSignature is bit 0.
      extension(ids.keyUsage, true, bitString(Buffer.from([0x80]), 7)),
      extension(ids.extendedKeyUsage, false, sequence(ids.serverAuth)),
      extension(ids.subjectKeyIdentifier, false, octetString(keyIdOf(keys.publicKey))),
      extension(ids.authorityKeyIdentifier, false, sequence(implicit(0, caKeyId))),
      extension(ids.subjectAltName, false, sequence(...altNames)),
    ]),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    spkiPin: createHash('sha256').update(spki).digest('base64'),
  }
}

interface Unsigned {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly validity: Buffer
  readonly key: KeyObject
  readonly extensions: readonly Buffer[]
}

// RFC 5280 §4.1: the part that is signed, the algorithm, the signature.
function signed({ issuer, subject, validity, key, extensions }: Unsigned, caKey: KeyObject): Buffer {
  const algorithm = sequence(ids.ecdsaWithSha256)
  const version3 = explicit(0, integer(2))
  const serial = randomBytes(16)
  // Positive, and never shorter than the rest: the top bits are 01.
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  const tbs = sequence(
    version3,
    integer(serial),
    algorithm,
    issuer,
    validity,
    subject,
    spkiOf(key),
    explicit(3, sequence(...extensions)),
  )
  return sequence(tbs, algorithm, bitString(sign('sha256', tbs, caKey)))
}

const extension = (id: Buffer, critical: boolean, value: Buffer): Buffer =>
  sequence(id, ...(critical ? [boolean(true)] : []), octetString(value))

const name = (commonName: string): Buffer => sequence(setOf(sequence(ids.commonName, utf8String(commonName))))

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

// RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's bits, which for P-256 are the SPKI's last 65 bytes.
const keyIdOf = (key: KeyObject): Buffer => createHash('sha1').update(spkiOf(key).subarray(-65)).digest()

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

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`
