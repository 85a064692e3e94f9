import { createHash } from 'node:crypto'
import { readPem } from '../../formats/pem.js'
import { writeEnvelope } from '../dsse.js'
import { readJson, type Read, type Shape } from '../read-json.js'
import { reading } from '../reading.js'
import { CosignError } from '../verdict.js'
import { equal } from '../x509/certificate.js'
import type { SignedBy, SignedContent, SignedEnvelope } from './signed-content.js'

/** The kind of an entry, and the version of how it is written. */
export interface EntryKind {
  readonly kind: string
  readonly version: string
}

const bodyShape = { members: { apiVersion: 'string', kind: 'string', spec: 'any' } } as const satisfies Shape

/** The kind that an entry's body says it is of. @throws CosignError TLOG_PARSE */
export function kindOf(body: Uint8Array): EntryKind {
  const read = reading('TLOG_PARSE', "a log entry's body", () => readJson(body, bodyShape, 'exact'))
  return { kind: read?.kind ?? '', version: read?.apiVersion ?? '' }
}

/**
 * Holds an entry of Rekor v1 against what was signed, field by field: an entry that is in the log proves nothing about
 * another signature (GHSA-ccxc-vr6p-4858, GHSA-whqx-f9j3-ch6m).
 * @throws CosignError ENTRY_MISMATCH, naming the field; TLOG_PARSE for a body that is not of its kind, or of none that is
 *   known: hashedrekord 0.0.1, rekord 0.0.1, dsse 0.0.1, intoto 0.0.1 and 0.0.2.
 */
export function bindEntry(body: Uint8Array, { kind, version }: EntryKind, content: SignedContent, by: SignedBy): void {
  const bind = binders.get(`${kind} ${version}`)
  if (!bind) throw new CosignError('TLOG_PARSE', `log entries of the kind ${kind} ${version} are not known`)
  bind(body, content, by)
}

type Binder = (body: Uint8Array, content: SignedContent, by: SignedBy) => void

const hash = { members: { algorithm: 'string', value: 'string' } } as const satisfies Shape

const recordSpec = {
  members: {
    data: { members: { hash } },
    signature: { members: { content: 'bytes', format: 'string', publicKey: { members: { content: 'bytes' } } } },
  },
} as const satisfies Shape

const dsseSpec = {
  members: { payloadHash: hash, signatures: { list: { members: { signature: 'bytes', verifier: 'bytes' } } } },
} as const satisfies Shape

const intotoSpec = {
  members: {
    publicKey: 'bytes',
    content: {
      members: {
        hash,
        payloadHash: hash,
        envelope: {
          members: { payloadType: 'string', signatures: { list: { members: { sig: 'bytes', publicKey: 'bytes' } } } },
        },
      },
    },
  },
} as const satisfies Shape

const binders = new Map<string, Binder>([
  ['hashedrekord 0.0.1', bindRecord],
  ['rekord 0.0.1', bindRecord],
  ['dsse 0.0.1', bindDsse],
  ['intoto 0.0.1', bindIntoto1],
  ['intoto 0.0.2', bindIntoto2],
])

function bindRecord(body: Uint8Array, content: SignedContent, by: SignedBy): void {
  const { data, signature } = specOf(body, recordSpec)
  if (content.kind !== 'message') throw mismatch('kind', 'an envelope is logged as one')
  if (signature?.format !== undefined && signature.format !== 'x509') throw mismatch('format', 'it is not x509')
  bindSignature(signature?.content, content)
  bindKey(signature?.publicKey?.content, by)
  bindHash('data', data?.hash, content.message)
}

function bindDsse(body: Uint8Array, content: SignedContent, by: SignedBy): void {
  const { payloadHash, signatures = [] } = specOf(body, dsseSpec)
  const envelope = envelopeOf(content)
  const [signature, ...more] = signatures
  if (more.length > 0) throw mismatch('signatures', 'it is of more than one')
  bindSignature(signature?.signature, envelope)
  bindKey(signature?.verifier, by)
  bindHash('payloadHash', payloadHash, envelope.payload)
}

// The first version names no signature: the hash of the envelope as it was sent stands for it.
function bindIntoto1(body: Uint8Array, content: SignedContent, by: SignedBy): void {
  const { content: logged, publicKey } = specOf(body, intotoSpec)
  const envelope = envelopeOf(content)
  bindKey(publicKey, by)
  if (logged?.payloadHash) bindHash('payloadHash', logged.payloadHash, envelope.payload)
  bindHash('hash', logged?.hash, ...(envelope.bytes ? [envelope.bytes] : []), ...rewritten(envelope))
}

function bindIntoto2(body: Uint8Array, content: SignedContent, by: SignedBy): void {
  const { content: logged } = specOf(body, intotoSpec)
  const envelope = envelopeOf(content)
  const [signature, ...more] = logged?.envelope?.signatures ?? []
  if (more.length > 0) throw mismatch('signatures', 'it is of more than one')
  if (logged?.envelope?.payloadType !== envelope.payloadType) throw mismatch('payloadType', 'it is another')
  // The base64 of an envelope's signature, which is base64 itself.
  const text = Buffer.from(signature?.sig ?? []).toString('latin1')
  bindSignature(Buffer.from(text, 'base64'), envelope)
  bindKey(signature?.publicKey, by)
  bindHash('payloadHash', logged.payloadHash, envelope.payload)
}

// What cosign sent to the log, when a bundle keeps its parts alone.
const rewritten = ({ payloadType, payload, signature }: SignedEnvelope): Uint8Array[] =>
  payloadType === 'application/vnd.in-toto+json' ? [writeEnvelope(payload, signature)] : []

function specOf<const S extends Shape>(body: Uint8Array, spec: S): Read<S> {
  const shape = { members: { spec } } as const
  const read = reading('TLOG_PARSE', "a log entry's body", () => readJson(body, shape, 'exact'))
  return (read?.spec ?? {}) as Read<S>
}

function envelopeOf(content: SignedContent): SignedEnvelope {
  if (content.kind === 'envelope') return content
  throw mismatch('kind', 'it is of an envelope, and what was signed is none')
}

function bindSignature(logged: Uint8Array | undefined, { signature }: SignedContent): void {
  if (!logged || logged.length === 0 || !equal(logged, signature)) throw mismatch('signature', 'it is another')
}

function bindKey(pem: Uint8Array | undefined, by: SignedBy): void {
  const text = Buffer.from(pem ?? []).toString('utf8')
  const [block, ...more] = reading('TLOG_PARSE', "a log entry's key", () => readPem(text))
  if (!block || more.length > 0) throw mismatch('publicKey', 'it is not one PEM block')
  const wanted = by.certificate ? ['CERTIFICATE', by.certificate] : ['PUBLIC KEY', by.spki]
  const [label, der] = wanted as [string, Uint8Array]
  if (block.label !== label || !equal(block.der, der)) throw mismatch('publicKey', 'it is another')
}

const hashNames = new Set(['sha256', 'sha384', 'sha512'])

function bindHash(field: string, logged: Read<typeof hash> | undefined, ...candidates: readonly Uint8Array[]): void {
  const { algorithm = '', value = '' } = logged ?? {}
  if (!hashNames.has(algorithm)) throw mismatch(field, `the hash ${JSON.stringify(algorithm)} is not taken`)
  const found = candidates.some((bytes) => createHash(algorithm).update(bytes).digest('hex') === value)
  if (!found) throw mismatch(field, 'the hash is of something else')
}

const mismatch = (field: string, why: string): CosignError =>
  new CosignError('ENTRY_MISMATCH', `the log entry is not of this signature: ${field}: ${why}`)
