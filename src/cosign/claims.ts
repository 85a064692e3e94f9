import type { ExpectedReference, Verification } from './options.js'
import type { Payload } from './payload.js'
import { CosignError } from './verdict.js'

/**
 * Holds a payload to what is asked for: this digest, this reference, these annotations.
 * @throws CosignError DIGEST_MISMATCH, REFERENCE_MISMATCH, ANNOTATION_MISMATCH
 */
export function checkPayload(payload: Payload, { digest, reference, annotations }: Verification): void {
  if (payload.digest !== digest) {
    throw new CosignError(
      'DIGEST_MISMATCH',
      `the signature is for ${JSON.stringify(payload.digest)}, not for ${digest}`,
    )
  }
  if (reference && !refersTo(payload.reference, reference)) {
    const wanted = 'exact' in reference ? reference.exact : `something in ${reference.repository}`
    const message = `the signature is for ${JSON.stringify(payload.reference)}, not for ${wanted}`
    throw new CosignError('REFERENCE_MISMATCH', message)
  }
  checkAnnotations(payload.optional, annotations)
}

/** @throws CosignError ANNOTATION_MISMATCH for the first that a signature has not, or with another value. */
export function checkAnnotations(
  has: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(wanted)) {
    const found = Object.hasOwn(has, name) ? has[name] : undefined
    if (found === value) continue
    const message =
      found === undefined
        ? `the signature has no annotation ${JSON.stringify(name)}`
        : `the signature's annotation ${JSON.stringify(name)} is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`
    throw new CosignError('ANNOTATION_MISMATCH', message)
  }
}

function refersTo(reference: string, expected: ExpectedReference): boolean {
  if ('exact' in expected) return reference === expected.exact
  return withoutTagAndDigest(reference) === expected.repository
}

// A colon before the last slash is that of a port.
const withoutTagAndDigest = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/]*$/, '')
