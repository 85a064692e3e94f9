import { certificate, certificateTimestamps } from './certificates.js'
import { base64, derReader, json, pem } from './formats.js'
import { agreement, encryptedKey, privateKey, publicKey, signature } from './keys.js'
import { keylessBundles, trustedRoots } from './keyless.js'
import { certificateLayer } from './layers.js'
import { logEntry, rekorBundle } from './log-entries.js'
import type { FuzzTarget } from './play.js'
import { signedIndex, signedStatement } from './statements.js'
import { signedPayload, storedSignature } from './stored.js'
import { timestamp } from './timestamp.js'

/** All that hostile input is given to. */
export const targets: readonly FuzzTarget[] = [
  json,
  derReader,
  base64,
  pem,
  publicKey,
  privateKey,
  encryptedKey,
  signature,
  agreement,
  storedSignature,
  signedPayload,
  certificate,
  certificateTimestamps,
  logEntry,
  rekorBundle,
  timestamp,
  keylessBundles,
  trustedRoots,
  certificateLayer,
  signedStatement,
  signedIndex,
]
