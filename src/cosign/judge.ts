import { CosignError, type SignatureVerdict } from './verdict.js'

/** Where a signature stands. */
export type Place = Pick<SignatureVerdict, 'form' | 'manifest' | 'blob' | 'layer'>

/** What is known of a signature that was verified. */
export type Found = Partial<
  Pick<SignatureVerdict, 'algorithm' | 'identity' | 'annotations' | 'predicateType' | 'findings'>
>

/** What becomes of one signature: what `verify` finds, or the rule that did not hold. */
export async function judge(place: Place, verify: () => Found | Promise<Found>): Promise<SignatureVerdict> {
  try {
    return { findings: [], ...place, ...(await verify()), verified: true }
  } catch (error) {
    return refuse(place, error)
  }
}

/** The verdict of a signature for which a rule did not hold; an error that is no such rule goes on. */
export function refuse(place: Place, error: unknown): SignatureVerdict {
  if (!(error instanceof CosignError)) throw error
  return { ...place, verified: false, findings: [{ code: error.code, message: error.message }] }
}
