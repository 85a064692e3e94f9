import { breaks } from './breaks.js'
import { corrupt, digestHeader, lengthHeader } from './content.js'
import type { Effects } from './effect.js'
import { redirect } from './redirect.js'
import { noReferrers, rateLimit, status } from './refusals.js'
import { hang, latency, slow } from './timing.js'
import { expiredToken, insufficientScope } from './tokens.js'
import { doubleChunk, dropChunk, forgetUpload } from './uploads.js'

/** How each kind of fault is done. */
export const effects: Effects = {
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
