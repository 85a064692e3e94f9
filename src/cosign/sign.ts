import { readPem } from '../formats/pem.js'
import { pae, writeEnvelope } from './dsse.js'
import { goJson, goMap } from './go-json.js'
import { signWith, type Nonce, type SigningKey } from './keys/private-key.js'
import {
  annotationKeys,
  mediaTypes,
  predicateTypes,
  predicateTypeUri,
  signPredicateType,
  tagOfDigest,
} from './media-types.js'
import { writePayload } from './payload.js'
import type { SourceManifest } from './source.js'
import { statementTypes } from './statement.js'
import { rfc3339, writeBundleManifest, writeOci11, writeTagged, type Subject } from './write-manifest.js'
import { written, type Signed, type Written } from './written.js'

/** What is signed, and who signs. */
export interface SigningOptions {
  /** Of the image or index. */
  readonly digest: string
  /** `host/repository`: what the signature says that it is for. */
  readonly reference: string
  readonly key: SigningKey
  /** The certificate of the key, in PEM, and those between it and its root, if they are to stand beside the signature. */
  readonly certificate?: { readonly leaf: string; readonly chain?: string | undefined } | undefined
  /** What the time is. @default now */
  readonly at?: Date | undefined
  /** How ECDSA's secret number is chosen: by RFC 6979 the same content is signed the same way each time. @default 'random' */
  readonly nonce?: Nonce | undefined
}

/** Behind a tag: `existing` is what the tag points at now, to which the signature is added. */
export interface InTag {
  readonly existing?: SourceManifest | undefined
}

/** In a manifest of its own, which refers to the image. */
export interface AsReferrer {
  readonly subject: Subject
}

export type SignOptions = SigningOptions & {
  /** What `cosign sign -a` says. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
} & (
    | ({ readonly form?: 'sig-tag' } & InTag)
    | ({ readonly form: 'oci-1-1' } & AsReferrer)
    | ({ readonly form: 'bundle' } & AsReferrer)
  )

export type AttestOptions = SigningOptions & {
  /** The predicate type's URI, or cosign's name of it. @default custom */
  readonly predicateType?: string | undefined
  /** An object; of the custom type, text, which becomes its `Data`. */
  readonly predicate: object | string
} & (
    | ({
        readonly form?: 'att-tag'
        /** As cosign 1.0.0 writes it: no other version verifies that, nor it what they write. @default false */
        readonly asCosign1?: boolean | undefined
      } & InTag)
    | ({ readonly form: 'bundle' } & AsReferrer)
  )

/**
 * Signs an image: content ready to be pushed, byte for byte as cosign writes it. The forms: `sig-tag` (cosign 1 and 2, the
 * default), `oci-1-1` (the experimental mode of cosign 2), `bundle` (cosign 3).
 * @throws TypeError for a subject that is another image; CosignError as `writeTagged`.
 */
export function signImage(options: SignOptions): Signed {
  const { digest, reference, annotations = {}, certificate } = options
  if (options.form === 'bundle') {
    const subject = { digest: digestMember(digest), annotations: goMap(annotations) }
    const statement = { _type: statementTypes.v1, subject: [subject], predicateType: signPredicateType, predicate: {} }
    return inBundle(options, options.subject, JSON.stringify(statement), signPredicateType)
  }
  const payload = written(mediaTypes.simpleSigning, writePayload({ reference, digest }, annotations))
  const signature = Buffer.from(signWith(options.key, payload.bytes, { nonce: options.nonce })).toString('base64')
  const beside = { [annotationKeys.signature]: signature, ...besideSignature(certificate) }
  if (options.form === 'oci-1-1') return writeOci11(payload, beside, checkSubject(options, options.subject))
  return writeTagged(tagOfDigest(digest, '.sig'), payload, beside, options.existing)
}

/**
 * Attests something of an image: content ready to be pushed. The forms: `att-tag` (cosign 2, the default), `bundle` (cosign 3).
 * @throws TypeError for a subject that is another image, for text of another type than the custom one, for what cosign 1.0.0
 * cannot say; CosignError as `writeTagged`.
 */
export function attest(options: AttestOptions): Signed {
  if (options.form !== 'bundle' && options.asCosign1 === true) return attestAsCosign1(options, options.existing)
  const { digest, reference, certificate, key, nonce, at = new Date() } = options
  const predicateType = predicateTypeUri(options.predicateType ?? 'custom')
  const subject = [{ name: reference, digest: digestMember(digest) }]
  const predicate = predicateOf(options.predicate, predicateType, at)
  if (options.form === 'bundle') {
    const statement = JSON.stringify({ _type: statementTypes.v0, subject, predicateType, predicate })
    return inBundle(options, options.subject, statement, predicateType)
  }
  const statement = Buffer.from(goJson({ _type: statementTypes.v0, predicateType, subject, predicate }))
  const signature = signWith(key, pae(mediaTypes.inToto, statement), { nonce })
  const envelope = written(mediaTypes.dsse, writeEnvelope(statement, signature))
  const beside = { [annotationKeys.signature]: '', ...besideSignature(certificate), predicateType }
  return writeTagged(tagOfDigest(digest, '.att'), envelope, beside, options.existing)
}

// The statement is the layer, and the envelope is in the place of the signature.
function attestAsCosign1(options: AttestOptions, existing: SourceManifest | undefined): Signed {
  const { digest, reference, certificate, key, nonce, predicate, predicateType = 'custom' } = options
  if (predicateTypeUri(predicateType) !== predicateTypes.custom || typeof predicate !== 'string') {
    throw new TypeError('cosign 1.0.0 attests text, of the custom type')
  }
  const subject = [{ name: reference, digest: digestMember(digest) }]
  const type = predicateTypes.custom.replace('https://', '')
  const layer = goJson({ _type: statementTypes.v0, predicateType: type, subject, predicate: { Data: predicate } })
  const statement = written(mediaTypes.simpleSigning, Buffer.from(layer))
  const envelope = writeEnvelope(statement.bytes, signWith(key, pae(mediaTypes.inToto, statement.bytes), { nonce }))
  const beside = { [annotationKeys.signature]: base64(envelope), ...besideSignature(certificate) }
  return writeTagged(tagOfDigest(digest, '.att'), statement, beside, existing)
}

function inBundle(options: SigningOptions, subject: Subject, statement: string, predicateType: string): Signed {
  const { key, certificate, nonce, at = new Date() } = options
  const payload = Buffer.from(statement)
  const bundle = {
    mediaType: mediaTypes.bundle,
    verificationMaterial: certificate
      ? { certificate: { rawBytes: base64(leafOf(certificate.leaf)) } }
      : { publicKey: { hint: key.publicKey.hint } },
    dsseEnvelope: {
      payload: base64(payload),
      payloadType: mediaTypes.inToto,
      signatures: [{ sig: base64(signWith(key, pae(mediaTypes.inToto, payload), { nonce })) }],
    },
  }
  const blob: Written = written(mediaTypes.bundle, Buffer.from(JSON.stringify(bundle)))
  return writeBundleManifest(blob, predicateType, checkSubject(options, subject), at)
}

function predicateOf(predicate: object | string, predicateType: string, at: Date): object {
  if (typeof predicate !== 'string') return predicate
  if (predicateType === predicateTypes.custom) return { Data: predicate, Timestamp: rfc3339(at) }
  throw new TypeError(`a predicate of the type ${predicateType} is an object, and not text`)
}

function checkSubject({ digest }: SigningOptions, subject: Subject): Subject {
  if (subject.digest === digest) return subject
  throw new TypeError(`what is signed is ${digest}, and the subject is ${subject.digest}`)
}

function besideSignature(certificate: SigningOptions['certificate']): Readonly<Record<string, string>> {
  if (!certificate) return {}
  return { [annotationKeys.certificate]: certificate.leaf, [annotationKeys.chain]: certificate.chain ?? '' }
}

function leafOf(pem: string): Uint8Array {
  const [block] = readPem(pem)
  if (block) return block.der
  throw new TypeError('the certificate is no PEM')
}

function digestMember(digest: string): Readonly<Record<string, string>> {
  const colon = digest.indexOf(':')
  return { [digest.slice(0, colon)]: digest.slice(colon + 1) }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
