import { createHash } from 'node:crypto'
import { mediaTypes } from './media-types.js'
import { readJson, type Read } from './read-json.js'
import { reading } from './reading.js'
import type { Descriptor, SignatureSource, SourceManifest } from './source.js'
import { CosignError, type Strictness } from './verdict.js'

/** A layer of a manifest that holds signatures, attestations or a bundle. */
export interface Layer {
  readonly index: number
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations: ReadonlyMap<string, string>
}

/** How many layers a manifest may have: as many as cosign takes. */
export const mostLayers = 1000

/**
 * The layers of an image manifest. `strict`: one of OCI's; `cosign`: of any type but an index.
 * @throws CosignError MANIFEST_INVALID, MEDIA_TYPE, TOO_MANY_LAYERS
 */
export function layersOf({ bytes, mediaType }: SourceManifest, strictness: Strictness): readonly Layer[] {
  if (mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerIndex) {
    throw new CosignError('MANIFEST_INVALID', `signatures are layers of an image manifest, and this is ${mediaType}`)
  }
  if (strictness === 'strict' && mediaType !== mediaTypes.ociManifest) {
    throw new CosignError(
      'MEDIA_TYPE',
      `a manifest of signatures is ${mediaTypes.ociManifest}, and this is ${mediaType}`,
    )
  }
  const dialect = strictness === 'strict' ? 'exact' : 'go'
  const layers =
    reading('MANIFEST_INVALID', 'the manifest', () => readJson(bytes, manifestShape, dialect))?.layers ?? []
  if (layers.length > mostLayers) {
    throw new CosignError('TOO_MANY_LAYERS', `the manifest has ${layers.length} layers: ${mostLayers} are read`)
  }
  return layers.map((layer, index) => ({
    ...descriptorOf(layer),
    index,
    annotations: layer?.annotations ?? new Map<string, string>(),
  }))
}

/** The manifests that an index lists. @throws CosignError MANIFEST_INVALID */
export function manifestsIn({ bytes }: SourceManifest, strictness: Strictness): readonly Descriptor[] {
  const dialect = strictness === 'strict' ? 'exact' : 'go'
  const listed = reading('MANIFEST_INVALID', 'the index', () => readJson(bytes, indexShape, dialect))?.manifests ?? []
  return listed.map((one) => ({ ...descriptorOf(one), artifactType: one?.artifactType }))
}

/**
 * The blob of a layer, whose size and digest are those of its descriptor. @param most Bytes.
 * @throws CosignError PAYLOAD_TOO_LARGE before anything is read, BLOB_MISSING, BLOB_DIGEST_MISMATCH
 */
export async function readLayer(source: SignatureSource, { digest, size }: Layer, most: number): Promise<Uint8Array> {
  if (size > most) throw new CosignError('PAYLOAD_TOO_LARGE', `the blob has ${size} bytes: ${most} are read`)
  const bytes = await source.blob(digest, size)
  if (!bytes) throw new CosignError('BLOB_MISSING', `the blob ${digest} is not there`)
  const [algorithm = ''] = digest.split(':', 1)
  const actual = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
  if (bytes.length !== size || actual !== digest) {
    const found = `${bytes.length} bytes of ${actual}`
    throw new CosignError('BLOB_DIGEST_MISMATCH', `the blob should be ${size} bytes of ${digest}, and is ${found}`)
  }
  return bytes
}

const descriptorShape = {
  members: {
    mediaType: 'string',
    digest: 'string',
    size: 'integer',
    artifactType: 'string',
    annotations: { map: 'string' },
  },
} as const
const manifestShape = { members: { layers: { list: descriptorShape } } } as const
const indexShape = { members: { manifests: { list: descriptorShape } } } as const

function descriptorOf(read: Read<typeof descriptorShape> | undefined): Pick<Layer, 'mediaType' | 'digest' | 'size'> {
  const { mediaType = '', digest = '', size = -1n } = read ?? {}
  if (!/^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/.test(digest)) {
    throw new CosignError('MANIFEST_INVALID', `this is no digest: ${JSON.stringify(digest)}`)
  }
  if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new CosignError('MANIFEST_INVALID', `the size of ${digest} is none: ${size}`)
  }
  return { mediaType, digest, size: Number(size) }
}
