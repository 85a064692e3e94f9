import { readBundle, signedEnvelope, type Bundle } from './bundle.js'
import { judge, refuse, type Found, type Place } from './judge.js'
import { bundlePrefix, mediaTypes, tagOfDigest } from './media-types.js'
import type { Verification } from './options.js'
import type { Policy } from './policy.js'
import { layersOf, manifestsIn, mostLayers, readLayer } from './signature-manifest.js'
import type { Descriptor } from './source.js'
import { sshFingerprint } from './ssh-fingerprint.js'
import { CosignError, type Finding, type SignatureVerdict } from './verdict.js'
import { verifyEnvelope, type Wanted } from './verify-envelope.js'

/** A bundle that refers to an image, or why one cannot be read. */
export type FoundBundle =
  | { readonly place: Place; readonly bundle: Bundle; readonly content: Uint8Array }
  | { readonly refused: SignatureVerdict }

/**
 * What refers to an image: by the referrers API, or where there is none, by the tag of the referrers tag schema.
 * @throws CosignError TOO_MANY_LAYERS for more than 1000.
 */
export async function referrersOf(verification: Verification): Promise<readonly Descriptor[]> {
  const { from, digest } = verification
  const listed = (await from.referrers(digest)) ?? (await inFallbackTag(verification))
  if (listed.length <= mostLayers) return listed
  throw new CosignError('TOO_MANY_LAYERS', `${listed.length} manifests refer to the image: ${mostLayers} are read`)
}

// distribution-spec 1.1 "Referrers Tag Schema". What is no index there is passed over, as cosign does it.
async function inFallbackTag({ from, digest, strictness }: Verification): Promise<readonly Descriptor[]> {
  const index = await from.manifest(tagOfDigest(digest))
  return index?.mediaType === mediaTypes.ociIndex ? manifestsIn(index, strictness) : []
}

/** Reads the bundles among referrers. What is no bundle at all is passed over. */
export async function readBundles(
  referrers: readonly Descriptor[],
  verification: Verification,
): Promise<readonly FoundBundle[]> {
  const found: FoundBundle[] = []
  // All are looked at: cosign 2 puts its bundles into the tag's index under another artifact type.
  for (const { digest, artifactType } of referrers) {
    const one = await readOne(digest, verification)
    const isBundle = 'bundle' in one || one.refused.blob !== '' || artifactType?.startsWith(bundlePrefix) === true
    if (isBundle) found.push(one)
  }
  return found
}

async function readOne(digest: string, verification: Verification): Promise<FoundBundle> {
  let place: Place = { form: 'bundle', manifest: digest, blob: '', layer: 0 }
  try {
    const { from, strictness, mostBytes } = verification
    const manifest = await from.manifest(digest)
    if (!manifest) throw new CosignError('MANIFEST_INVALID', `the manifest ${digest} is not there`)
    const [layer, ...more] = layersOf(manifest, strictness)
    if (!layer || more.length > 0 || !layer.mediaType.startsWith(bundlePrefix)) {
      throw new CosignError('MEDIA_TYPE', 'the manifest has not one layer that is a bundle')
    }
    place = { ...place, blob: layer.digest }
    const content = await readLayer(from, layer, mostBytes)
    return { place, content, bundle: readBundle(content, verification) }
  } catch (error) {
    return { refused: refuse(place, error) }
  }
}

/** Verifies bundles, each by itself. */
export async function verifyBundles(
  found: readonly FoundBundle[],
  wanted: Wanted,
  verification: Verification,
  policy: Policy,
): Promise<readonly SignatureVerdict[]> {
  const verdicts: SignatureVerdict[] = []
  for (const one of found) {
    if ('refused' in one) verdicts.push(one.refused)
    else
      verdicts.push(await judge(one.place, () => verifyBundle(one.bundle, one.content, wanted, verification, policy)))
  }
  return verdicts
}

const noAnnotations: ReadonlyMap<string, string> = new Map()

function verifyBundle(
  bundle: Bundle,
  content: Uint8Array,
  wanted: Wanted,
  verification: Verification,
  policy: Policy,
): Found {
  const envelope = signedEnvelope(bundle)
  const byKey = bundle.signer.kind === 'key'
  if ('keys' in policy !== byKey) {
    const message = byKey ? 'a key, and not a certificate' : 'a certificate, and not a key'
    throw new CosignError('WRONG_KEY_KIND', `the bundle is signed with ${message}`)
  }
  const trusted = 'keys' in policy ? { ...policy, keys: namedKeys(bundle, policy.keys, verification) } : policy
  const beside = { form: 'bundle', content, annotations: noAnnotations, bundle } as const
  const found = verifyEnvelope(envelope, beside, wanted, verification, trusted)
  const note = hintNote(bundle, policy)
  return note ? { ...found, findings: [...(found.findings ?? []), note] } : found
}

type Keys = Extract<Policy, { keys: unknown }>['keys']

// sigstore-go passes over a signature whose keyid is another key's; DSSE calls it a hint that nothing may rely on.
function namedKeys({ envelope }: Bundle, keys: Keys, { strictness }: Verification): Keys {
  const keyid = envelope?.signatures[0]?.keyid
  if (!keyid || strictness === 'strict') return keys
  const named = keys.filter((key) => sshFingerprint(key) === keyid)
  if (named.length > 0) return named
  throw new CosignError(
    'KEY_MISMATCH',
    `the envelope names the key ${JSON.stringify(keyid)}, and cosign takes no other`,
  )
}

// The hint is not signed, so it decides nothing.
function hintNote({ signer }: Bundle, policy: Policy): Finding | undefined {
  if (signer.kind !== 'key' || !('keys' in policy)) return undefined
  if (policy.keys.some(({ hint }) => hint === signer.hint)) return undefined
  return { code: 'KEY_MISMATCH', message: `the bundle names another key: ${JSON.stringify(signer.hint)}` }
}
