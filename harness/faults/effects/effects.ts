import type { FaultName, FaultRule } from '../rule.js'
import { breaks } from './breaks.js'
import { corrupt, digestHeader, lengthHeader } from './content.js'
import type { Effect } from './effect.js'
import { redirect } from './redirect.js'
import { noReferrers, rateLimit, status } from './refusals.js'
import { hang, latency, slow } from './timing.js'
import { expiredToken, insufficientScope, needsTokens } from './tokens.js'
import { doubleChunk, dropChunk, forgetUpload } from './uploads.js'

/** How each kind of fault is done. */
export const effects: { readonly [F in FaultName]: Effect<F> } = {
  status,
  'rate-limit': rateLimit,
  latency,
  slow,
  reset: breaks,
  end: breaks,
  corrupt,
  'digest-header': digestHeader,
  'length-header': lengthHeader,
  'expired-token': expiredToken,
  'insufficient-scope': insufficientScope,
  redirect,
  'drop-chunk': dropChunk,
  'double-chunk': doubleChunk,
  'no-referrers': noReferrers,
  'forget-upload': forgetUpload,
  hang,
}

/** Whether what a rule does is done only to whom access has let in: it would show, or take, what is not theirs. */
export const isBehindAccess = (rule: FaultRule): boolean =>
  needsTokens(rule) ||
  (rule.fault === 'redirect' && rule.to === undefined) ||
  rule.fault === 'drop-chunk' ||
  rule.fault === 'double-chunk' ||
  rule.fault === 'forget-upload'
