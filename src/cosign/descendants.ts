import { mediaTypes } from './media-types.js'
import { manifestsIn } from './signature-manifest.js'
import type { SignatureSource } from './source.js'
import { CosignError, type Strictness } from './verdict.js'

// Each is verified, and an index of indexes could name any number.
const most = 1000

/**
 * The digests of all that an index leads to, each once, those nearer to it first; none for an image.
 * @throws CosignError MANIFEST_INVALID for an index that is none or not there, TOO_MANY_LAYERS for more than 1000.
 */
export async function descendants(
  source: SignatureSource,
  digest: string,
  strictness: Strictness,
): Promise<readonly string[]> {
  const found = new Set([digest])
  // A set's iteration goes on to what is added meanwhile.
  for (const one of found) {
    const manifest = await source.manifest(one)
    if (!manifest) throw new CosignError('MANIFEST_INVALID', `the manifest ${one} is not there`)
    if (manifest.mediaType !== mediaTypes.ociIndex && manifest.mediaType !== mediaTypes.dockerIndex) continue
    for (const child of manifestsIn(manifest, strictness)) found.add(child.digest)
    if (found.size > most + 1)
      throw new CosignError('TOO_MANY_LAYERS', `the index leads to more than ${most} manifests`)
  }
  return [...found].slice(1)
}
