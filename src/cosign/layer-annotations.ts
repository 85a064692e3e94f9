import { X509Certificate } from 'node:crypto'
import { readPem } from '../formats/pem.js'
import { annotationKeys } from './media-types.js'
import { readJson } from './read-json.js'
import { reading } from './reading.js'
import { CosignError } from './verdict.js'

/**
 * What cosign reads of a layer before it verifies anything, whether it needs it or not.
 * @throws CosignError ANNOTATION_INVALID for a Rekor bundle or timestamp that is none, CERT_PARSE for a certificate or chain.
 */
export function checkAnnotationsAsCosign(annotations: ReadonlyMap<string, string>): void {
  for (const [key, shape] of [
    [annotationKeys.rekorBundle, rekorBundle],
    [annotationKeys.timestamp, timestamp],
  ] as const) {
    const text = annotations.get(key)
    if (text) reading('ANNOTATION_INVALID', `the annotation ${key}`, () => readJson(text, shape, 'go'))
  }
  const [leaf] = certificatesIn(annotations.get(annotationKeys.certificate))
  if (leaf) certificatesIn(annotations.get(annotationKeys.chain))
}

/**
 * That a certificate beside a signature is not over, which cosign wants although a key is what it verifies with.
 * @param now In milliseconds since 1970. @throws CosignError CERT_EXPIRED_AT
 */
export function checkExpiryAsCosign(annotations: ReadonlyMap<string, string>, now: number): void {
  const [leaf] = certificatesIn(annotations.get(annotationKeys.certificate))
  if (!leaf || (Date.parse(leaf.validFrom) <= now && now <= Date.parse(leaf.validTo))) return
  const message = `the certificate beside the signature is valid from ${leaf.validFrom} to ${leaf.validTo}`
  throw new CosignError('CERT_EXPIRED_AT', `${message}, and no timestamp says that it was made then`)
}

function certificatesIn(text = ''): readonly X509Certificate[] {
  const trimmed = text.trim()
  // Go reads block after block until nothing is left, and what is left and no block is an error.
  if (trimmed !== '' && !/-----END [^\n]*-----$/.test(trimmed)) {
    throw new CosignError('CERT_PARSE', 'a certificate beside the signature is no PEM')
  }
  return reading('CERT_PARSE', 'a certificate beside the signature', () => readPem(trimmed)).map(({ der }) => {
    try {
      return new X509Certificate(der)
    } catch {
      throw new CosignError('CERT_PARSE', 'a certificate beside the signature cannot be read')
    }
  })
}

const rekorBundle = {
  members: {
    SignedEntryTimestamp: 'bytes',
    Payload: { members: { body: 'any', integratedTime: 'integer', logIndex: 'integer', logID: 'string' } },
  },
} as const

const timestamp = { members: { SignedRFC3161Timestamp: 'bytes' } } as const
