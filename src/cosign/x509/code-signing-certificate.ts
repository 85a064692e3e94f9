import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  commonName,
  extension,
  extensions,
  keyIdOf,
  spkiOf,
  writeCertificate,
} from '../../formats/certificate-writer.js'
import { implicit, oid, utf8String } from '../../formats/der.js'
import { parseCertificate } from './certificate.js'
import { objectIds } from './object-ids.js'

/** A CA that signs signers' certificates: a root and an intermediate below it. */
export interface CodeSigningAuthority {
  /** DER. */
  readonly root: Uint8Array
  readonly intermediate: Uint8Array
  /** The intermediate's, PKCS#8 in DER. */
  readonly key: Uint8Array
}

/** Validity, from an hour before a time on. */
export interface Validity {
  /** Milliseconds since 1970, or a date. */
  readonly now: number | Date
  /** Milliseconds after `now`. @default 45 days */
  readonly validFor?: number
}

export interface CodeSigningOptions extends Validity {
  readonly authority: CodeSigningAuthority
  /** SubjectPublicKeyInfo of who signs, in DER. */
  readonly spki: Uint8Array
  /** Who signs: `alice@example.com`, a URI, or a host name. */
  readonly subject: string
  /** Who vouches for them, as `--certificate-oidc-issuer` wants it; without it the certificate names none. */
  readonly issuer?: string
}

const hour = 3_600_000
const validFor = 45 * 24 * hour

/** Makes a CA for signers, P-256, in a few milliseconds. */
export function makeCodeSigningAuthority({
  name = 'start-registry',
  ...validity
}: Validity & { readonly name?: string }): CodeSigningAuthority {
  const [rootKeys, keys] = [newKeys(), newKeys()]
  const rootId = keyIdOf(spkiOf(rootKeys.publicKey))
  // Part of the names: two CAs in one trust store are two issuers.
  const rootName = commonName(`${name} root ${rootId.toString('hex').slice(0, 12)}`)
  const certify = (subject: Buffer, spki: Buffer, pathLength: number, more: readonly Buffer[]): Buffer =>
    writeCertificate(
      {
        ...datesOf(validity),
        issuer: rootName,
        subject,
        spki,
        extensions: [
          extensions.ca(pathLength),
          extensions.signsCertificates(),
          extensions.subjectKeyId(keyIdOf(spki)),
          ...more,
        ],
      },
      rootKeys.privateKey,
    )
  const spki = spkiOf(keys.publicKey)
  return {
    root: certify(rootName, spkiOf(rootKeys.publicKey), 1, []),
    intermediate: certify(intermediateName(spki, name), spki, 0, [
      extensions.usages([objectIds.codeSigning]),
      extensions.authorityKeyId(rootId),
    ]),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'der' }),
  }
}

/** Makes a signer's certificate like Fulcio's: no subject, a critical name, code signing alone. @returns DER */
export function makeCodeSigningCertificate(options: CodeSigningOptions): Buffer {
  const { authority, spki, subject, issuer } = options
  const key = createPrivateKey({ key: Buffer.from(authority.key), format: 'der', type: 'pkcs8' })
  const above = parseCertificate(authority.intermediate)
  return writeCertificate(
    {
      ...datesOf(options),
      issuer: above.subjectName,
      subject: commonName(''),
      spki,
      extensions: [
        extensions.signsData(),
        extensions.usages([objectIds.codeSigning]),
        extensions.subjectKeyId(keyIdOf(spki)),
        extensions.authorityKeyId(keyIdOf(above.spki)),
        extensions.subjectAltNames([generalName(subject)], true),
        ...(issuer === undefined ? [] : issuerExtensions(issuer)),
      ],
    },
    key,
  )
}

// Both: cosign reads the first of a `.sig`, and sigstore's libraries prefer the second.
const issuerExtensions = (issuer: string): Buffer[] => [
  extension(oid(objectIds.fulcioIssuerRaw), false, Buffer.from(issuer)),
  extension(oid(objectIds.fulcioIssuer), false, utf8String(issuer)),
]

// RFC 5280 §4.2.1.6: rfc822Name is [1], dNSName [2], uniformResourceIdentifier [6].
function generalName(subject: string): Buffer {
  if (!/^[\x21-\x7e]+$/.test(subject)) {
    throw new TypeError(`start-registry: a signer's name is of ASCII without spaces: ${JSON.stringify(subject)}`)
  }
  const tag = /^[a-z][a-z0-9+.-]*:/i.test(subject) ? 6 : subject.includes('@') ? 1 : 2
  return implicit(tag, Buffer.from(subject))
}

function datesOf({ now, validFor: span = validFor }: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.valueOf() - hour), notAfter: new Date(now.valueOf() + span) }
}

const intermediateName = (spki: Buffer, name: string): Buffer =>
  commonName(`${name} signing CA ${keyIdOf(spki).toString('hex').slice(0, 12)}`)

const newKeys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
