import { base64, derReader, json, pem } from './formats.js'
import { agreement, encryptedKey, privateKey, publicKey, signature } from './keys.js'
import type { FuzzTarget } from './play.js'
import { signedPayload, storedSignature } from './stored.js'

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
]
