import type { Verdict } from 'start-registry/cosign'

/** A verdict in one word: accepted, or the first rule that did not hold. */
export function wordOf({ verified, signatures, findings }: Verdict): string {
  if (verified) return 'accepted'
  return [...signatures.flatMap((one) => one.findings), ...findings][0]?.code ?? 'nothing'
}
