import assert from 'node:assert/strict'
import {
  annotationKeys,
  certificateCheck,
  signImage,
  signWith,
  tagOfDigest,
  verifyImage,
  type CertificatePolicy,
  type Strictness,
  type Verdict,
} from 'start-registry/cosign'
import { importPrivateKey } from '../../../src/cosign/keys/private-key.js'
import { objectIds } from '../../../src/cosign/x509/object-ids.js'
import { extension } from '../../../src/formats/certificate-writer.js'
import { oid } from '../../../src/formats/der.js'
import { writePem } from '../../../src/formats/pem.js'
import { sha256, types } from '../../support/content.js'
import { issueLogged, sctOf } from '../../support/fulcio.js'
import { issuerExtension, keylessIssuer, keylessSubject, trustedRootOf, type Box } from '../../support/keyless.js'
import { email, leafExtensions, minutes, noon, type Issued } from '../../support/pki.js'
import { bodyOf, entryV1, rekorBundleOf, specOf } from '../../support/rekor.js'
import { SignedStore } from '../../support/signed-store.js'
import { stampOf } from '../../support/timestamps.js'
import { mutateDeep } from './mutate-deep.js'
import type { FuzzTarget } from './play.js'
import { forgedAuthority, seededBox, seededKeys } from './seeded-box.js'

const box = seededBox()
const reference = 'registry.test/team/app'
const digest = sha256('an image')
// The one that cosign reads beside a tag.
const rawIssuer = extension(oid(objectIds.fulcioIssuerRaw), false, Buffer.from(keylessIssuer))
const pemOf = ({ certificate }: Issued): string => writePem('CERTIFICATE', certificate.der)

/** The manifest behind a `.sig` tag as cosign 2 leaves it: certificate, chain, an entry of Rekor's and a timestamp beside. */
function manifestOf(
  seed: number,
  image: string,
  name: string,
  { root, intermediate }: Box['fulcio'] = box.fulcio,
): { readonly manifest: Buffer; readonly payload: Buffer } {
  const keys = seededKeys(seed)
  const signer = issueLogged(
    {
      by: intermediate,
      keys,
      serial: Buffer.of(seed),
      notBefore: noon,
      notAfter: noon + minutes(10),
      extensions: [...leafExtensions([email(name)]), issuerExtension, rawIssuer],
    },
    (unlogged) => [sctOf(unlogged, intermediate, box.ctLog)],
  )
  const { spki, der } = signer.certificate
  const key = importPrivateKey(keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  const chain = `${pemOf(intermediate)}${pemOf(root)}`
  const signed = signImage({ digest: image, reference, key, certificate: { leaf: pemOf(signer), chain } })
  const payload = signed.blobs[1]?.bytes as Buffer
  const signature = signWith(key, payload)
  const kind = 'hashedrekord 0.0.1'
  const body = bodyOf(kind, specOf(kind, { kind: 'message', message: payload, signature }, { spki, certificate: der }))
  const json = JSON.parse(signed.manifest.bytes.toString()) as { layers: { annotations: Record<string, string> }[] }
  const stamp = stampOf(signature, box.tsa, { time: noon + minutes(2) }).toString('base64')
  const annotations = json.layers[0]?.annotations ?? {}
  annotations[annotationKeys.rekorBundle] = rekorBundleOf(entryV1(box.rekor, kind, body))
  annotations[annotationKeys.timestamp] = JSON.stringify({ SignedRFC3161Timestamp: stamp })
  return { manifest: Buffer.from(JSON.stringify(json)), payload }
}

const own = manifestOf(70, digest, keylessSubject)
const others = [
  manifestOf(71, sha256('another image'), keylessSubject),
  manifestOf(72, digest, 'mallory@example.com'),
  manifestOf(75, digest, keylessSubject, forgedAuthority),
]

const identity = { subject: keylessSubject, issuer: keylessIssuer }
const policies: readonly CertificatePolicy[] = [
  // Long after the certificate, so that a log or a timestamp has to say when it was.
  { trustedRoot: trustedRootOf(box), identity, now: noon + minutes(60 * 24) },
  { trustedRoot: trustedRootOf(box), identity, now: noon + minutes(60 * 24), requireTlog: 0, requireTimestamp: 1 },
  // With CAs of one's own, and the intermediate from the signature.
  { roots: [box.fulcio.root.certificate.der], identity, now: noon + 1 },
]

/** Verifies a manifest as what is behind the tag, by one of the policies. */
function verify(manifest: Buffer, policy: CertificatePolicy, strictness: Strictness): Promise<Verdict> {
  const store = new SignedStore()
  for (const { payload } of [own, ...others]) store.putBlob(payload)
  store.putRaw({ digest: sha256(manifest), mediaType: types.image, bytes: manifest }, tagOfDigest(digest, '.sig'))
  return verifyImage(store, digest, { certificates: certificateCheck(policy) }, { strictness })
}

// Or nothing that is made of it would show anything.
for (const policy of policies) {
  for (const strictness of ['strict', 'cosign'] as const) {
    assert.ok((await verify(own.manifest, policy, strictness)).verified)
  }
}

/** Signatures behind a tag with certificates: what is accepted is what alice has signed, with her certificate. */
export const certificateLayer: FuzzTarget = {
  name: 'certificate-layer',
  weight: 0.5,
  async run(random) {
    const mutated = mutateDeep(random, own.manifest, [random.pick(others).manifest])
    const policy = random.pick(policies)
    for (const strictness of ['strict', 'cosign'] as const) {
      const { signatures } = await verify(mutated, policy, strictness)
      for (const { verified, blob, identity: found, layer } of signatures) {
        if (!verified) continue
        assert.equal(blob, sha256(own.payload))
        assert.deepEqual(found, identity)
        // cosign reads members in any case and base64 with line ends in it.
        if (strictness === 'strict') assert.equal(signatureOf(mutated, layer), signatureOf(own.manifest, 0))
      }
    }
  },
}

interface ManifestJson {
  readonly layers: readonly { readonly annotations: Readonly<Record<string, string>> }[]
}

const signatureOf = (manifest: Buffer, layer: number): string | undefined =>
  (JSON.parse(manifest.toString()) as ManifestJson).layers[layer]?.annotations[annotationKeys.signature]
