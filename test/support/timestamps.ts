import { createHash, type KeyObject } from 'node:crypto'
import { extension, extensions, signatureAlgorithm, signWithKey } from '../../src/formats/certificate-writer.js'
import { der, explicit, integer, octetString, oid, sequence, setOf, time } from '../../src/formats/der.js'
import type { TimestampAuthority } from '../../src/cosign/timestamps/timestamps.js'
import { caExtensions, issue, noon, timeStamping, type Issued } from './pki.js'

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const sha256Id = sequence(oid('2.16.840.1.101.3.4.2.1'))
const ids = {
  info: oid('1.2.840.113549.1.9.16.1.4'),
  signedData: oid('1.2.840.113549.1.7.2'),
  contentType: oid('1.2.840.113549.1.9.3'),
  messageDigest: oid('1.2.840.113549.1.9.4'),
  signingTime: oid('1.2.840.113549.1.9.5'),
  signingCertificateV2: oid('1.2.840.113549.1.9.16.2.47'),
}

export const stamperExtensions = (): Buffer[] => [extensions.signsData(), extensions.usages([timeStamping], true)]

/** A timestamp authority: root, intermediate, and who signs. */
export interface TestAuthority {
  readonly root: Issued
  readonly intermediate: Issued
  readonly signer: Issued
}

export function testAuthority(change: { readonly signer?: readonly Uint8Array[] } = {}): TestAuthority {
  const root = issue({ name: 'tsa root' })
  const usage = extensions.usages([timeStamping])
  const intermediate = issue({ name: 'tsa ca', by: root, extensions: [...caExtensions(0), usage] })
  const signer = issue({ name: 'tsa', by: intermediate, extensions: change.signer ?? stamperExtensions() })
  return { root, intermediate, signer }
}

export const trusted = (
  { root, intermediate, signer }: TestAuthority,
  change: Partial<TimestampAuthority> = {},
): TimestampAuthority => ({
  root: root.certificate,
  intermediates: [intermediate.certificate],
  signer: signer.certificate,
  validFor: {},
  ...change,
})

export interface StampOptions {
  readonly time?: number
  readonly status?: number
  readonly certificates?: readonly Uint8Array[]
  /** Whom the signature names; the signer by default. */
  readonly named?: Issued
  readonly byKeyId?: Uint8Array
  readonly key?: KeyObject
  readonly signedContent?: Uint8Array
  readonly contentType?: Uint8Array
  readonly essOf?: Uint8Array
  readonly attributes?: readonly Uint8Array[]
  readonly infoExtensions?: readonly Uint8Array[]
  readonly imprint?: Uint8Array
}

const generalizedTime = (time: number): Buffer =>
  der(
    0x18,
    Buffer.from(
      `${new Date(time)
        .toISOString()
        .replaceAll(/[-:T]/g, '')
        .replace(/\.?0*Z$/, '')}Z`,
    ),
  )

/** A TimeStampResp (RFC 3161 §2.4.2) of bytes, right or wrong. */
export function stampOf(bytes: Uint8Array, { signer }: TestAuthority, options: StampOptions = {}): Buffer {
  const info = sequence(
    integer(1),
    oid('1.2.3'),
    options.imprint ?? sequence(sha256Id, octetString(sha256(bytes))),
    integer(7),
    generalizedTime(options.time ?? noon),
    ...(options.infoExtensions ? [explicit(1, ...options.infoExtensions)] : []),
  )
  const named = options.named ?? signer
  const attributes = setOf(...(options.attributes ?? attributesOf(info, named, options)))
  const signed = options.key ?? signer.keys.privateKey
  const { issuerName, serial } = named.certificate
  const sid = options.byKeyId ? der(0x80, options.byKeyId) : sequence(issuerName, integer(serial))
  const info1 = sequence(
    integer(options.byKeyId ? 3 : 1),
    sid,
    sha256Id,
    // The tag of [0] in place of that of the SET.
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    signatureAlgorithm(signed),
    octetString(signWithKey(attributes, signed)),
  )
  const certificates = options.certificates ?? [signer.certificate.der]
  const data = sequence(
    integer(3),
    setOf(sha256Id),
    sequence(options.contentType ?? ids.info, explicit(0, octetString(info))),
    ...(certificates.length > 0 ? [explicit(0, ...certificates)] : []),
    setOf(info1),
  )
  return sequence(sequence(integer(options.status ?? 0)), sequence(ids.signedData, explicit(0, data)))
}

function attributesOf(info: Uint8Array, named: Issued, options: StampOptions): Buffer[] {
  const attribute = (id: Uint8Array, value: Uint8Array): Buffer => sequence(id, setOf(value))
  const ess = sequence(sequence(sequence(octetString(sha256(options.essOf ?? named.certificate.der)))))
  return [
    attribute(ids.contentType, ids.info),
    attribute(ids.messageDigest, octetString(sha256(options.signedContent ?? info))),
    attribute(ids.signingCertificateV2, ess),
    // cosign 2 holds the chain against this time, and without it against now.
    attribute(ids.signingTime, time(new Date(options.time ?? noon))),
  ]
}

/** A certificate with the serial number and issuer of another, to be taken for it. */
export const lookalike = (of: Issued, by: Issued): Issued =>
  issue({ by, name: 'tsa', serial: of.certificate.serial, extensions: stamperExtensions() })

export const critical = (): Buffer => extension(oid('1.2.3.4'), true, sequence())
