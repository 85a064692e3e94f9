import { decodeBase64 } from '../formats/base64.js'
import { checkPayload } from './claims.js'
import { judge, type Found } from './judge.js'
import { checkAnnotationsAsCosign, checkExpiryAsCosign } from './layer-annotations.js'
import { annotationKeys, mediaTypes } from './media-types.js'
import type { Verification } from './options.js'
import { readPayload } from './payload.js'
import { verifyByPolicy, type Policy } from './policy.js'
import { reading } from './reading.js'
import { layersOf, readLayer, type Layer } from './signature-manifest.js'
import type { SourceManifest } from './source.js'
import { CosignError, type SignatureVerdict } from './verdict.js'

/**
 * Verifies the layers of a manifest of simple signing payloads, that of a `.sig` tag or of the OCI 1.1 mode, each by itself.
 * @throws CosignError MANIFEST_INVALID, MEDIA_TYPE, TOO_MANY_LAYERS for the manifest as a whole.
 */
export async function verifySignatureManifest(
  manifest: SourceManifest,
  form: 'sig-tag' | 'oci-1-1',
  verification: Verification,
  policy: Policy,
): Promise<readonly SignatureVerdict[]> {
  const verdicts: SignatureVerdict[] = []
  // One after the other: a thousand payloads at once would not fit into memory.
  for (const layer of layersOf(manifest, verification.strictness)) {
    const place = { form, manifest: manifest.digest, blob: layer.digest, layer: layer.index }
    verdicts.push(await judge(place, () => verifyLayer(layer, form, verification, policy)))
  }
  return verdicts
}

async function verifyLayer(
  layer: Layer,
  form: 'sig-tag' | 'oci-1-1',
  verification: Verification,
  policy: Policy,
): Promise<Found> {
  const { strictness, from, mostBytes } = verification
  const { annotations, mediaType } = layer
  if (strictness === 'strict' && mediaType !== mediaTypes.simpleSigning) {
    throw new CosignError('MEDIA_TYPE', `a signature's layer is ${mediaTypes.simpleSigning}, and this is ${mediaType}`)
  }
  const content = await readLayer(from, layer, mostBytes)
  const text = annotations.get(annotationKeys.signature)
  if (text === undefined) {
    throw new CosignError('SIG_ANNOTATION_MISSING', `the layer has no annotation ${annotationKeys.signature}`)
  }
  if (strictness === 'cosign') checkAnnotationsAsCosign(annotations)
  const signature = reading('SIG_BASE64', 'the signature', () =>
    decodeBase64(text, strictness === 'cosign' ? 'go' : 'strict'),
  )
  const evidence = { form, strictness, message: content, signature, content, annotations }
  const accepted = verifyByPolicy(evidence, policy)
  // Nobody has vouched for the payload until here.
  const payload = readPayload(content, strictness)
  checkPayload(payload, verification)
  if (strictness === 'cosign' && 'keys' in policy && !policy.log) checkExpiryAsCosign(annotations, verification.now)
  return { ...accepted, annotations: payload.optional }
}
