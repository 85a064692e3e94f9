import assert from 'node:assert/strict'
import { readTimestampResponse } from '../../../src/cosign/timestamps/timestamp-response.js'
import { verifyTimestamp, type TimestampAuthority } from '../../../src/cosign/timestamps/timestamps.js'
import { minutes, noon } from '../../support/pki.js'
import { stampOf, trusted } from '../../support/timestamps.js'
import { mutateDeep } from './mutate-deep.js'
import type { FuzzTarget } from './play.js'
import { orRefused } from './refused.js'
import { seededAuthority, seededBox } from './seeded-box.js'

const { tsa } = seededBox()
const signature = Buffer.from('a signature')
const chain = [tsa.signer, tsa.intermediate].map(({ certificate }) => certificate.der)
const stamps = [
  stampOf(signature, tsa),
  stampOf(signature, tsa, { certificates: [] }),
  stampOf(signature, tsa, { certificates: chain }),
]
// What parts could be taken from: of something else, of another time, of another authority under the same names.
const others = [
  stampOf(Buffer.from('another'), tsa, { time: noon + minutes(1) }),
  stampOf(signature, seededAuthority(50), { time: noon + minutes(2) }),
]
const authorities = [
  trusted(tsa),
  trusted(tsa, { signer: undefined, intermediates: [] }),
  trusted(tsa, { signer: undefined, validFor: { start: noon, end: noon } }),
]

// Or nothing that is made of them would show anything.
for (const stamp of stamps)
  assert.equal(verifyTimestamp(stamp, signature, [authorities[0] as TimestampAuthority]).time, noon)

/** Timestamps (RFC 3161): what is accepted says the time that the authority has signed, of nothing else. */
export const timestamp: FuzzTarget = {
  name: 'timestamp',
  run(random) {
    const mutated = mutateDeep(random, random.pick(stamps), others)
    const trust = [random.pick(authorities)]
    const found = orRefused(() => verifyTimestamp(mutated, signature, trust))?.value
    if (found) {
      assert.equal(found.time, noon)
      assert.deepEqual(signedParts(mutated), signedParts(stamps[0] as Buffer))
    }
    const other = orRefused(() => verifyTimestamp(mutated, Buffer.from('another'), trust))?.value
    // That is the other timestamp as a whole, which is as good.
    if (other) assert.deepEqual(signedParts(mutated), signedParts(others[0] as Buffer))
  },
}

// What else there is, certificates and version numbers, is not signed. A signature of Ed25519 has one form.
function signedParts(stamp: Buffer): readonly Buffer[] {
  const { content, signer } = readTimestampResponse(stamp).signedData
  return [content, signer.signedBytes, signer.signature].map((one) => Buffer.from(one))
}
