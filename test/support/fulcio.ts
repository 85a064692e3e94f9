import { randomBytes } from 'node:crypto'
import { signedBytes } from '../../src/cosign/logs/certificate-timestamps.js'
import { extension, signWithKey } from '../../src/formats/certificate-writer.js'
import { octetString, oid } from '../../src/formats/der.js'
import { issue, noon, type IssueOptions, type Issued } from './pki.js'
import type { TestLog } from './rekor.js'

/** A vector of TLS: its length in two bytes, and its content. */
const vector = (content: Uint8Array): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length)
  return Buffer.concat([length, content])
}

export interface SctOptions {
  /** Milliseconds since 1970. */
  readonly time?: number
  readonly version?: number
  /** The digest and the kind of key as TLS 1.2 numbers them. @default SHA-256 with a key of the log's kind */
  readonly algorithm?: number
  readonly extensions?: Uint8Array
  /** Whose key the timestamp is signed for, instead of the issuer's. */
  readonly issuer?: Issued
}

/** The timestamp that a log gives a certificate (RFC 6962 §3.2), as TLS writes it. */
export function sctOf(certificate: Issued, by: Issued, log: TestLog, options: SctOptions = {}): Buffer {
  const { time = noon, version = 0, extensions = new Uint8Array() } = options
  const { algorithm = log.log.key.asymmetricKeyType === 'rsa' ? 0x0401 : 0x0403 } = options
  const issuer = (options.issuer ?? by).certificate
  const signed = signedBytes(certificate.certificate, issuer, { time, extensions })
  const head = Buffer.alloc(41)
  head[0] = version
  head.set(log.log.keyIds[0] as Uint8Array, 1)
  head.writeBigUInt64BE(BigInt(time), 33)
  const kind = Buffer.alloc(2)
  kind.writeUInt16BE(algorithm)
  return Buffer.concat([head, vector(extensions), kind, vector(signWithKey(signed, log.keys.privateKey))])
}

export const sctExtension = (list: Uint8Array): Buffer =>
  extension(oid('1.3.6.1.4.1.11129.2.4.2'), false, octetString(list))

/** A list of timestamps (RFC 6962 §3.3). */
export const sctList = (scts: readonly Uint8Array[]): Buffer => vector(Buffer.concat(scts.map(vector)))

/** A certificate as Fulcio issues it: logged before it is signed, with the timestamps in it. */
export function issueLogged(
  options: IssueOptions & { readonly by: Issued },
  scts: (unlogged: Issued) => readonly Uint8Array[],
): Issued {
  const unlogged = issue({ name: '', serial: randomBytes(16), ...options })
  const { serial } = unlogged.certificate
  const listed = sctExtension(sctList(scts(unlogged)))
  const extensions = [...(options.extensions ?? []), listed]
  return issue({ name: '', ...options, keys: unlogged.keys, serial, extensions })
}
