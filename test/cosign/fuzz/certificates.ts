import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { verifyCertificateTimestamps } from '../../../src/cosign/logs/certificate-timestamps.js'
import { equal, parseCertificate, type Certificate } from '../../../src/cosign/x509/certificate.js'
import { verifyIdentity } from '../../../src/cosign/x509/identity.js'
import { objectIds } from '../../../src/cosign/x509/object-ids.js'
import { verifyPath } from '../../../src/cosign/x509/path.js'
import { signingKeyOf } from '../../../src/cosign/x509/signature.js'
import { extension, extensions } from '../../../src/formats/certificate-writer.js'
import { explicit, oid, sequence } from '../../../src/formats/der.js'
import { sctExtension, sctList, sctOf } from '../../support/fulcio.js'
import { issuerExtension, keylessIssuer, keylessSubject } from '../../support/keyless.js'
import {
  caExtensions,
  codeSigning,
  email,
  leafExtensions,
  minutes,
  noon,
  uri,
  type IssueOptions,
} from '../../support/pki.js'
import { mutate } from './mutate.js'
import { mutateDeep } from './mutate-deep.js'
import type { FuzzTarget } from './play.js'
import { orRefused } from './refused.js'
import { forgedAuthority, seededBox, seededIssue, seededKeys } from './seeded-box.js'

const box = seededBox()
const { root, intermediate } = box.fulcio

const constrained = seededIssue(30, {
  name: 'constrained',
  by: root,
  extensions: [
    ...caExtensions(0),
    extensions.usages([codeSigning]),
    extension(oid(objectIds.nameConstraints), true, sequence(explicit(0, sequence(email('example.com'))))),
  ],
})

const names = [email(keylessSubject), uri('https://example.com/workflow')]
const issuers = [issuerExtension, extension(oid(objectIds.fulcioIssuerRaw), false, Buffer.from(keylessIssuer))]
const leafOf = (seed: number, by: typeof root): Certificate =>
  seededIssue(seed, { name: '', by, extensions: [...leafExtensions(names), ...issuers] }).certificate

/** Each of three: a leaf, the CA above it, and the root. */
const chains = [
  [leafOf(31, intermediate), intermediate.certificate, root.certificate],
  [leafOf(32, constrained), constrained.certificate, root.certificate],
] as const

// Somebody else's under the same names, and a certificate that vouches for itself.
const strangers = [
  forgedAuthority.root,
  forgedAuthority.intermediate,
  seededIssue(36, { extensions: leafExtensions(names) }),
]
const others = [...chains.flat(), ...strangers.map(({ certificate }) => certificate)].map(({ der }) => der)

/**
 * Certificates: a path leads from none but what a CA has signed, whatever of the chain was changed. A root is trusted as
 * it is given, so there what others were signed by has to be the same: its key and its name.
 */
export const certificate: FuzzTarget = {
  name: 'certificate',
  run(random) {
    const chain = random.pick(chains)
    const place = random.below(3)
    const mutated = mutateDeep(random, (chain[place] as Certificate).der, others)
    const changed = orRefused(() => parseCertificate(mutated))?.value
    if (!changed) return
    assertAsNodeReads(changed)
    const [leaf, above, top] = chain.map((one, index) => (index === place ? changed : one)) as [
      Certificate,
      Certificate,
      Certificate,
    ]
    const search = { intermediates: [above], roots: [top], times: [noon], usage: codeSigning }
    const path = orRefused(() => verifyPath(leaf, search))?.value
    if (path) path.slice(0, -1).forEach(assertIssued)
    const trusted = path?.at(-1)
    if (trusted) {
      assert.ok(place === 2 || equal(trusted.der, top.der), 'a path leads to what is no root')
      assert.ok(
        chains.flat().some((one) => isSameIssuer(one, trusted)),
        'somebody else is trusted',
      )
    }
    const identity = orRefused(() => verifyIdentity(leaf, { subject: keylessSubject, issuer: keylessIssuer }))
    if (identity) assert.deepEqual(identity.value, { subject: keylessSubject, issuer: keylessIssuer })
  },
}

const isSameIssuer = (one: Certificate, other: Certificate): boolean =>
  equal(one.spki, other.spki) && equal(one.subjectName, other.subjectName)

/** What is signed of a certificate is what is compared: its signature could be written otherwise and be as valid. */
function assertIssued({ tbs }: Certificate): void {
  const issued = chains.flat().some((one) => equal(one.tbs.bytes, tbs.bytes))
  assert.ok(issued, 'a path leads over a certificate that no CA has signed')
}

// OpenSSL refuses others than we do, but what both read they have to understand in the same way.
function assertAsNodeReads({ der, serial, notBefore, notAfter, spki }: Certificate): void {
  const nodes = orRefused(() => new X509Certificate(der), Error)?.value
  if (!nodes) return
  assert.deepEqual([Date.parse(nodes.validFrom), Date.parse(nodes.validTo)], [notBefore, notAfter])
  if (BigInt.asIntN(serial.length * 8, BigInt(`0x${Buffer.from(serial).toString('hex')}`)) >= 0n) {
    assert.equal(BigInt(`0x${nodes.serialNumber}`), BigInt(`0x${Buffer.from(serial).toString('hex')}`))
  }
  // One that is not written as DER has it is no key to us.
  if (signingKeyOf(spki)) assert.deepEqual(nodes.publicKey.export({ format: 'der', type: 'spki' }), Buffer.from(spki))
}

const unlogged = { keys: seededKeys(33), by: intermediate, name: '', notBefore: noon, notAfter: noon + minutes(10) }
const timestamp = sctOf(seededIssue(33, { ...unlogged, extensions: leafExtensions() }), intermediate, box.ctLog)
const list = sctList([timestamp])
const logs = [box.ctLog.log, box.rekor.log]

// Or nothing that is made of it would show anything.
const certificateWith = (list: Uint8Array, change: IssueOptions = {}): Certificate =>
  seededIssue(33, { ...unlogged, extensions: [...leafExtensions(), sctExtension(list)], ...change }).certificate
assert.equal(verifyCertificateTimestamps(certificateWith(list), intermediate.certificate, logs).length, 1)

/** Timestamps of certificate logs, in certificates that are rightly issued: the very timestamp for the very certificate. */
export const certificateTimestamps: FuzzTarget = {
  name: 'certificate-timestamps',
  run(random) {
    const isOther = random.below(3) === 0
    const mutated = isOther ? list : mutate(random, list)
    const otherwise = random.pick([
      { notAfter: noon + minutes(11) },
      { serial: Buffer.of(34) },
      { keys: seededKeys(34) },
      { extensions: [...leafExtensions([email('mallory@example.com')]), sctExtension(list)] },
    ])
    const certificate = certificateWith(mutated, isOther ? otherwise : {})
    const found = orRefused(() => verifyCertificateTimestamps(certificate, intermediate.certificate, logs))
    if (!found) return
    assert.ok(!isOther, 'a timestamp counts for another certificate')
    assert.ok(mutated.includes(timestamp), 'a log’s timestamp counts although it was changed')
  },
}
