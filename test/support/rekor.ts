import { createHash, type KeyObject } from 'node:crypto'
import type { LogEntry } from '../../src/cosign/bundle.js'
import { noteKeyId } from '../../src/cosign/logs/checkpoint.js'
import { writeEntryV2 } from '../../src/cosign/logs/entry-v2.js'
import { entryTimestampBytes } from '../../src/cosign/logs/signed-entry-timestamp.js'
import type { SignedBy, SignedContent } from '../../src/cosign/logs/signed-content.js'
import { transparencyLog, type LogOptions, type TransparencyLog } from '../../src/cosign/logs/transparency-log.js'
import { signWithKey, spkiOf } from '../../src/formats/certificate-writer.js'
import { canonicalJson, type CanonicalValue } from '../../src/formats/jcs.js'
import { writePem } from '../../src/formats/pem.js'
import { treeOf } from './merkle-tree.js'
import { newKeys, noon, type Keys } from './pki.js'

/** A log of our own making: its key signs whatever a test wants. */
export interface TestLog {
  readonly keys: Keys
  /** Signs with its key, where that is not to be by chance. */
  readonly sign?: (bytes: Uint8Array) => Buffer
  readonly log: TransparencyLog
}

export function testLog(options: LogOptions = {}, keys: Keys = newKeys()): TestLog {
  const defaults = { baseUrl: 'https://rekor.test', validFor: { start: noon - 86_400_000 } }
  return { keys, log: transparencyLog(spkiOf(keys.publicKey), { ...defaults, ...options }) }
}

const signBy = ({ keys, sign }: TestLog, bytes: Uint8Array): Buffer =>
  sign ? sign(bytes) : signWithKey(bytes, keys.privateKey)

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** How Rekor v1 names who signed: PEM. */
export const pemOf = ({ certificate, spki }: SignedBy): string =>
  certificate ? writePem('CERTIFICATE', certificate) : writePem('PUBLIC KEY', spki)

type Spec = { readonly [name: string]: CanonicalValue }

/** The spec of an entry of each kind, as Rekor v1 keeps it; a test may change it. */
export function specOf(kind: string, content: SignedContent, by: SignedBy): Spec {
  const key = base64(pemOf(by))
  const signature = base64(content.signature)
  const hash = (bytes: Uint8Array): Spec => ({ algorithm: 'sha256', value: sha256(bytes) })
  if (content.kind === 'message') {
    const format = kind === 'rekord 0.0.1' ? { format: 'x509' } : {}
    return {
      data: { hash: hash(content.message) },
      signature: { content: signature, ...format, publicKey: { content: key } },
    }
  }
  const payloadHash = hash(content.payload)
  const envelopeHash = hash(content.bytes ?? Buffer.from('another envelope'))
  if (kind === 'dsse 0.0.1') return { envelopeHash, payloadHash, signatures: [{ signature, verifier: key }] }
  if (kind === 'intoto 0.0.1') return { content: { hash: envelopeHash, payloadHash }, publicKey: key }
  const signatures = [{ publicKey: key, sig: base64(signature) }]
  return { content: { envelope: { payloadType: content.payloadType, signatures }, hash: envelopeHash, payloadHash } }
}

/** The body of an entry of Rekor v1. @param kind Its kind and version, such as `dsse 0.0.1`. */
export function bodyOf(kind: string, spec: Spec): Buffer {
  const [name = '', apiVersion = ''] = kind.split(' ')
  return Buffer.from(canonicalJson({ apiVersion, kind: name, spec }))
}

export interface EntryOptions {
  /** Seconds since 1970. */
  readonly integratedTime?: number
  readonly logIndex?: number
  readonly promise?: boolean
  readonly proof?: boolean
  readonly checkpoint?: Partial<CheckpointOptions>
}

/** An entry that a log signs: among others in a small tree, with a promise and a proof. */
export function entryV1(log: TestLog, kind: string, body: Uint8Array, options: EntryOptions = {}): LogEntry {
  const { integratedTime = noon / 1000, logIndex = 1_000_000_005, promise = true, proof = true, checkpoint } = options
  const [name, version] = kind.split(' ')
  const logId = log.log.keyIds[0] as Uint8Array
  const signed = entryTimestampBytes(body, { integratedTime, logIndex, logId })
  const timed = { inclusionPromise: { signedEntryTimestamp: signBy(log, signed) } }
  const included = { inclusionProof: proofOf(log, body, { origin: 'rekor.test - 42', ...checkpoint }) }
  return {
    canonicalizedBody: body,
    logId: { keyId: logId },
    kindVersion: { kind: name, version },
    logIndex: BigInt(logIndex),
    integratedTime: BigInt(integratedTime),
    ...(promise ? timed : {}),
    ...(proof ? included : {}),
  }
}

/** An entry of Rekor v2: its index is that in the tree. */
export function entryV2(
  log: TestLog,
  kind: string,
  details: Parameters<typeof writeEntryV2>[1],
  [content, by]: readonly [SignedContent, SignedBy],
  checkpoint: Partial<CheckpointOptions> = {},
): LogEntry {
  const body = Buffer.from(writeEntryV2(kind, details, content, by))
  const host = new URL(log.log.baseUrl ?? '').hostname
  const proof = proofOf(log, body, { origin: host, name: host, ...checkpoint })
  return {
    canonicalizedBody: body,
    logId: { keyId: log.log.keyIds[0] as Uint8Array },
    kindVersion: { kind, version: '0.0.2' },
    logIndex: proof.logIndex,
    inclusionProof: proof,
  }
}

interface CheckpointOptions {
  readonly origin: string
  readonly name: string
  readonly key: KeyObject
  /** Lines of others' signatures. */
  readonly more: string
}

function proofOf(log: TestLog, body: Uint8Array, options: Partial<CheckpointOptions>) {
  const leaves = ['a', 'b', 'c', 'd', 'e'].map((letter) => Buffer.from(letter))
  leaves.splice(3, 0, Buffer.from(body))
  const { root, pathTo } = treeOf(leaves)
  const envelope = checkpointOf(log, leaves.length, root, options)
  return {
    logIndex: 3n,
    rootHash: root,
    treeSize: BigInt(leaves.length),
    hashes: pathTo(3),
    checkpoint: { envelope },
  }
}

/** A checkpoint that a log signs. */
export function checkpointOf(
  log: TestLog,
  size: number,
  root: Uint8Array,
  options: Partial<CheckpointOptions>,
): string {
  const { origin = 'rekor.test - 42', name = 'rekor.test', key, more = '' } = options
  const text = `${origin}\n${size}\n${base64(root)}\n`
  const signature = key ? signWithKey(Buffer.from(text), key) : signBy(log, Buffer.from(text))
  return `${text}\n\u2014 ${name} ${base64(Buffer.concat([noteKeyId(log.log, name), signature]))}\n${more}`
}

/** The annotation `dev.sigstore.cosign/bundle` of an entry. */
export const rekorBundleOf = (entry: LogEntry): string =>
  JSON.stringify({
    SignedEntryTimestamp: base64(entry.inclusionPromise?.signedEntryTimestamp ?? ''),
    Payload: {
      body: base64(entry.canonicalizedBody ?? ''),
      integratedTime: Number(entry.integratedTime),
      logIndex: Number(entry.logIndex),
      logID: Buffer.from(entry.logId?.keyId ?? []).toString('hex'),
    },
  })
