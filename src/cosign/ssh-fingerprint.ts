import { createHash } from 'node:crypto'
import { readDer } from '../formats/der-reader.js'
import { childrenOf } from '../formats/der-values.js'
import type { PublicKey } from './keys/public-key.js'

/** The fingerprint of a key as `ssh-keygen -l` shows it (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4), which DSSE takes for its name. */
export function sshFingerprint({ kind, raw }: PublicKey): string {
  const fields = (): (string | Uint8Array)[] => {
    if (kind === 'Ed25519') return ['ssh-ed25519', raw]
    if (kind === 'RSA') {
      const [n, e] = childrenOf(readDer(raw))
      // A positive INTEGER of DER is an mpint as it is.
      return ['ssh-rsa', e?.content ?? '', n?.content ?? '']
    }
    const curve = kind.replace('P-', 'nistp')
    return [`ecdsa-sha2-${curve}`, curve, raw]
  }
  const hash = createHash('sha256')
  for (const field of fields()) {
    const bytes = Buffer.from(field)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    hash.update(length).update(bytes)
  }
  return `SHA256:${hash.digest('base64').replace(/=+$/, '')}`
}
