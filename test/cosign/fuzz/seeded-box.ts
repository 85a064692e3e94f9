import { createPublicKey } from 'node:crypto'
import type { KeyKind } from '../../../src/cosign/keys/public-key.js'
import { extensions } from '../../../src/formats/certificate-writer.js'
import type { Box } from '../../support/keyless.js'
import { caExtensions, issue, timeStamping, type Issued, type IssueOptions, type Keys } from '../../support/pki.js'
import { testLog, type TestLog } from '../../support/rekor.js'
import { stamperExtensions, type TestAuthority } from '../../support/timestamps.js'
import { Random } from './random.js'
import { seededKey, seededSignature } from './seeded-keys.js'

/** Keys that follow from a number. RSA and Ed25519 alone: their signatures follow from what is signed. */
export function seededKeys(seed: number, kind: Extract<KeyKind, 'RSA' | 'Ed25519'> = 'Ed25519'): Keys {
  const { keyObject } = seededKey(kind, new Random(seed))
  return { privateKey: keyObject, publicKey: createPublicKey(keyObject) }
}

/** A certificate that follows from a number, which is its serial number too. */
export const seededIssue = (seed: number, options: IssueOptions): Issued =>
  issue({ keys: seededKeys(seed), serial: Buffer.of(seed), ...options })

/** Sigstore's services, always the same, so that a case can be played again. */
export function seededBox(): Box {
  const root = seededIssue(10, { name: 'fulcio root' })
  const intermediate = seededIssue(11, { name: 'fulcio', by: root, extensions: caExtensions(0) })
  return {
    fulcio: { root, intermediate },
    // Certificate logs have no Ed25519 (RFC 6962 §2.1.4).
    ctLog: testLog({}, seededKeys(12, 'RSA')),
    rekor: seededLog(13),
    tiles: testLog({ baseUrl: 'https://tiles.test' }, seededKeys(14)),
    tsa: seededAuthority(15),
  }
}

// Rekor v1 has no checkpoints by Ed25519 keys, and node's signatures of ECDSA are by chance.
function seededLog(seed: number): TestLog {
  const key = seededKey('P-256', new Random(seed))
  const log = testLog({}, { privateKey: key.keyObject, publicKey: createPublicKey(key.keyObject) })
  return { ...log, sign: (bytes) => seededSignature(key, bytes) }
}

const forgedRoot = seededIssue(20, { name: 'fulcio root' })

/** CAs under the same names as the box's, whom nobody trusts. */
export const forgedAuthority: Box['fulcio'] = {
  root: forgedRoot,
  intermediate: seededIssue(21, { name: 'fulcio', by: forgedRoot, extensions: caExtensions(0) }),
}

/** @param seed And the two after it. */
export function seededAuthority(seed: number): TestAuthority {
  const usage = extensions.usages([timeStamping])
  const root = seededIssue(seed, { name: 'tsa root' })
  const intermediate = seededIssue(seed + 1, { name: 'tsa ca', by: root, extensions: [...caExtensions(0), usage] })
  const signer = seededIssue(seed + 2, { name: 'tsa', by: intermediate, extensions: stamperExtensions() })
  return { root, intermediate, signer }
}
