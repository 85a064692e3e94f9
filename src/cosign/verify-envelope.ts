import { checkAnnotations } from './claims.js'
import { pae, type Envelope } from './dsse.js'
import type { Found } from './judge.js'
import { predicateTypes, predicateTypeUri, signPredicateType } from './media-types.js'
import type { Verification } from './options.js'
import { verifyByPolicy, type Accepted, type Evidence, type Policy } from './policy.js'
import { readStatement, subjectWith, type Statement } from './statement.js'
import { CosignError } from './verdict.js'

/** What a statement is to be: an image's signature, or an attestation, of a predicate type (or any but a signature's). */
export type Wanted = 'signature' | { readonly predicateType?: string | undefined }

/**
 * Verifies an envelope: one of its signatures by the policy, then what it states.
 * @throws CosignError with the rule that does not hold.
 */
export function verifyEnvelope(
  envelope: Envelope,
  beside: Omit<Evidence, 'message' | 'signature' | 'envelope' | 'strictness'>,
  wanted: Wanted,
  verification: Verification,
  policy: Policy,
): Found {
  const evidence = {
    ...beside,
    strictness: verification.strictness,
    envelope,
    message: pae(envelope.payloadType, envelope.payload),
  }
  const accepted = anySignature(envelope, (signature) => verifyByPolicy({ ...evidence, signature }, policy))
  const statement = readStatement(envelope.payload, verification.strictness)
  const subject = subjectWith(statement, verification.digest)
  checkAnnotations(subject.annotations, verification.annotations)
  checkPredicateType(statement, wanted, verification)
  return { ...accepted, predicateType: statement.predicateType, annotations: subject.annotations }
}

function anySignature({ signatures }: Envelope, verify: (signature: Uint8Array) => Accepted): Accepted {
  const problems: CosignError[] = []
  for (const { signature } of signatures) {
    try {
      return verify(signature)
    } catch (error) {
      if (!(error instanceof CosignError)) throw error
      problems.push(error)
    }
  }
  throw problems[0] ?? new CosignError('DSSE_COUNT', 'the envelope has no signature')
}

function checkPredicateType({ predicateType }: Statement, wanted: Wanted, { strictness }: Verification): void {
  if (wanted === 'signature') {
    // To cosign, any attestation of an image is a signature of it.
    if (strictness === 'cosign' || predicateType === signPredicateType) return
    throw wrongType(predicateType, `an image's signature has ${signPredicateType}`)
  }
  if (wanted.predicateType === undefined) {
    if (predicateType !== signPredicateType) return
    throw wrongType(predicateType, 'that is a signature of an image, and no attestation')
  }
  const uri = predicateTypeUri(wanted.predicateType)
  // cosign 1.0.0 left the scheme out.
  const isOld = uri === predicateTypes.custom && predicateType === uri.replace('https://', '')
  if (predicateType !== uri && !isOld) throw wrongType(predicateType, `${uri} is wanted`)
}

const wrongType = (found: string, wanted: string): CosignError =>
  new CosignError('PREDICATE_TYPE', `the predicate type is ${JSON.stringify(found)}: ${wanted}`)
