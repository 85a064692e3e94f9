import assert from 'node:assert/strict'
import {
  certificateCheck,
  mediaTypes,
  readBundle,
  readTrustedRoot,
  verifyImage,
  type CertificatePolicy,
  type Strictness,
  type Verdict,
} from 'start-registry/cosign'
import { descriptor, imageManifest, sha256, types } from '../../support/content.js'
import {
  keylessBundle,
  keylessIssuer,
  issuerExtension,
  keylessSubject,
  trustedRootJson,
  trustedRootOf,
} from '../../support/keyless.js'
import { email, leafExtensions, minutes, noon } from '../../support/pki.js'
import { SignedStore } from '../../support/signed-store.js'
import { mutateDeep } from './mutate-deep.js'
import type { FuzzTarget } from './play.js'
import { orRefused } from './refused.js'
import { forgedAuthority, seededBox, seededKeys } from './seeded-box.js'

const box = seededBox()
const digest = sha256('an image')
const inToto = (subject: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: subject.slice(7) } }],
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    }),
  )
const statement = inToto(digest)

const kinds = ['dsse 0.0.1', 'intoto 0.0.2', 'hashedrekord'] as const
const signer = (seed: number, name = keylessSubject): object => ({
  keys: seededKeys(seed),
  serial: Buffer.of(seed),
  extensions: [...leafExtensions([email(name)]), issuerExtension],
})

interface BundleJson {
  mediaType: string
  verificationMaterial: { certificate?: object; tlogEntries: { inclusionProof?: object }[] }
}

/** The bundle as the older versions write it: with the chain, and 0.1 without a proof. */
function inVersion(version: '0.1' | '0.2', bundle: Buffer): Buffer {
  const json = JSON.parse(bundle.toString()) as BundleJson
  const { certificate, ...material } = json.verificationMaterial
  const above = { rawBytes: Buffer.from(box.fulcio.intermediate.certificate.der).toString('base64') }
  const entries = material.tlogEntries.map(({ inclusionProof, ...entry }) =>
    version === '0.1' ? entry : { ...entry, inclusionProof },
  )
  return Buffer.from(
    JSON.stringify({
      ...json,
      mediaType: `application/vnd.dev.sigstore.bundle+json;version=${version}`,
      verificationMaterial: {
        ...material,
        x509CertificateChain: { certificates: [certificate, above] },
        tlogEntries: entries,
      },
    }),
  )
}

const bundlesBy = (seed: number, payload: Buffer, name?: string, by = box): readonly Buffer[] => {
  const made = kinds.map((kind) => keylessBundle(by, payload, { kind, signer: signer(seed, name) }))
  const v1 = made.slice(0, 2)
  return [...made, ...v1.map((one) => inVersion('0.1', one)), ...v1.map((one) => inVersion('0.2', one))]
}

const bundles = bundlesBy(60, statement)
// What parts could be taken from: alice's signature of another image, and somebody else's of this one.
const others = [
  bundlesBy(61, inToto(sha256('another image'))),
  bundlesBy(62, statement, 'mallory@example.com'),
  bundlesBy(63, statement, keylessSubject, { ...box, fulcio: forgedAuthority }),
] as const

// Long after the certificates: nothing but a log or a timestamp can say when the signature was made.
const now = noon + minutes(60 * 24)
const trustedRoot = trustedRootOf(box)
const identity = { subject: keylessSubject, issuer: keylessIssuer }
const policyOf = (more: Partial<CertificatePolicy> = {}): { certificates: ReturnType<typeof certificateCheck> } => ({
  certificates: certificateCheck({ trustedRoot, identity, now, ...more }),
})

async function verifyBundle(
  bundle: Buffer,
  policy: ReturnType<typeof policyOf>,
  strictness: Strictness,
): Promise<Verdict> {
  const store = new SignedStore()
  store.putBlob(bundle)
  const subject = { mediaType: types.image, digest, size: 8 }
  const layers = [descriptor(mediaTypes.bundle, bundle)]
  store.putManifest(
    types.image,
    imageManifest(descriptor(types.empty, '{}'), layers, { artifactType: mediaTypes.bundle, subject }),
  )
  return verifyImage(store, digest, policy, { strictness })
}

// Or nothing that is made of them would show anything.
for (const bundle of bundles) assert.ok((await verifyBundle(bundle, policyOf(), 'strict')).verified)

/** What is signed, and by what certificate: the rest is checked for what it shows, and may be written in many ways. */
function signedParts(bundle: Buffer, strictness: Strictness): object {
  const { envelope, signer } = readBundle(bundle, { strictness })
  return {
    payload: envelope && Buffer.from(envelope.payload),
    signatures: envelope?.signatures.map(({ signature }) => Buffer.from(signature)),
    leaf: signer.kind === 'certificates' ? Buffer.from(signer.certificates[0] ?? []) : undefined,
  }
}

/** Keyless bundles of versions 0.1, 0.2 and 0.3: what is accepted is what alice has signed, with her certificate. */
export const keylessBundles: FuzzTarget = {
  name: 'keyless-bundle',
  weight: 0.5,
  async run(random) {
    const at = random.below(bundles.length)
    const original = bundles[at] as Buffer
    const mutated = mutateDeep(random, original, [random.pick(others)[at] as Buffer])
    for (const strictness of ['strict', 'cosign'] as const) {
      const { verified, signatures } = await verifyBundle(mutated, policyOf(), strictness)
      if (!verified) continue
      assert.deepEqual(signedParts(mutated, strictness), signedParts(original, 'strict'))
      assert.deepEqual(signatures[0]?.identity, identity)
    }
  },
}

const rootJson = Buffer.from(trustedRootJson(box))

/**
 * Trusted roots: read or refused, and what is accepted by one that was changed is still by keys that it names. Whoever
 * writes the file says who is trusted, so what is left out of it, and which times it allows, is not held against it.
 */
export const trustedRoots: FuzzTarget = {
  name: 'trusted-root',
  weight: 0.5,
  async run(random) {
    const read = orRefused(() => readTrustedRoot(mutateDeep(random, rootJson)), TypeError)?.value
    // One without any CA is no policy's, and verifying by it is a mistake that is told of.
    if (!read || read.certificateAuthorities.length === 0) return
    const [bundle] = bundles
    const { verified } = await verifyBundle(bundle as Buffer, policyOf({ trustedRoot: read }), 'strict')
    if (!verified) return
    const keys = {
      authorities: read.certificateAuthorities.map(({ root }) => root.spki),
      logs: read.logs.map(({ spki }) => spki),
      certificateLogs: read.certificateLogs.map(({ spki }) => spki),
    }
    const has = (list: readonly Uint8Array[], key: Uint8Array): boolean =>
      list.some((one) => Buffer.from(key).equals(one))
    // The chain's end is what is trusted, be it the intermediate.
    const { root, intermediate } = box.fulcio
    assert.ok([root, intermediate].some(({ certificate }) => has(keys.authorities, certificate.spki)))
    assert.ok(has(keys.logs, box.rekor.log.spki))
    assert.ok(has(keys.certificateLogs, box.ctLog.log.spki))
  },
}
