import { decodeBase64 } from '../formats/base64.js'
import { readEnvelope } from './dsse.js'
import { judge, type Found } from './judge.js'
import { checkAnnotationsAsCosign, checkExpiryAsCosign } from './layer-annotations.js'
import { annotationKeys, mediaTypes } from './media-types.js'
import type { Verification } from './options.js'
import type { Policy } from './policy.js'
import { reading } from './reading.js'
import { layersOf, readLayer, type Layer } from './signature-manifest.js'
import type { SourceManifest } from './source.js'
import { CosignError, type Finding, type SignatureVerdict, type Strictness } from './verdict.js'
import { verifyEnvelope, type Wanted } from './verify-envelope.js'

/**
 * Verifies the layers of an `.att` tag, each by itself: envelopes, and what cosign 1.0.0 wrote.
 * @throws CosignError MANIFEST_INVALID, MEDIA_TYPE, TOO_MANY_LAYERS for the manifest as a whole.
 */
export async function verifyAttestationLayers(
  manifest: SourceManifest,
  wanted: Wanted,
  verification: Verification,
  policy: Policy,
): Promise<readonly SignatureVerdict[]> {
  const verdicts: SignatureVerdict[] = []
  for (const layer of layersOf(manifest, verification.strictness)) {
    const place = { form: 'att-tag', manifest: manifest.digest, blob: layer.digest, layer: layer.index } as const
    verdicts.push(await judge(place, () => verifyLayer(layer, wanted, verification, policy)))
  }
  return verdicts
}

async function verifyLayer(layer: Layer, wanted: Wanted, verification: Verification, policy: Policy): Promise<Found> {
  const { strictness, from, mostBytes } = verification
  const { annotations, mediaType } = layer
  const text = annotations.get(annotationKeys.signature)
  const isOld = mediaType === mediaTypes.simpleSigning && text !== undefined && text !== ''
  if (strictness === 'strict' && mediaType !== mediaTypes.dsse && !isOld) {
    throw new CosignError('MEDIA_TYPE', `an attestation's layer is ${mediaTypes.dsse}, and this is ${mediaType}`)
  }
  const content = await readLayer(from, layer, mostBytes)
  if (strictness === 'cosign') {
    if (text === undefined) {
      throw new CosignError('SIG_ANNOTATION_MISSING', `the layer has no annotation ${annotationKeys.signature}`)
    }
    checkAnnotationsAsCosign(annotations)
  }
  const whole = isOld ? oldEnvelope(text, strictness) : content
  const envelope = readEnvelope(whole, strictness)
  if (isOld && Buffer.compare(envelope.payload, content) !== 0) {
    throw new CosignError('DSSE_SHAPE', 'the envelope is around something else than the layer')
  }
  const beside = { form: 'att-tag', content: whole, annotations } as const
  const found = verifyEnvelope(envelope, beside, wanted, verification, policy)
  if (strictness === 'cosign' && 'keys' in policy && !policy.log) checkExpiryAsCosign(annotations, verification.now)
  return isOld ? { ...found, findings: [...(found.findings ?? []), old] } : found
}

// cosign 1.0.0 has the statement for its layer, and the whole envelope where the signature should be.
const oldEnvelope = (text: string, strictness: Strictness): Uint8Array =>
  reading('SIG_BASE64', 'the signature', () => decodeBase64(text, strictness === 'cosign' ? 'go' : 'strict'))

const old: Finding = {
  code: 'LEGACY_V1_ATTESTATION',
  message: 'cosign 1.0.0 has made this attestation, and cosign 2 and 3 cannot verify it',
}
