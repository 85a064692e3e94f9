import { parseJson, toPlain } from '../formats/json.js'
import { goJson, goMap } from './go-json.js'
import { annotationKeys, mediaTypes, tagOfDigest } from './media-types.js'
import { reading } from './reading.js'
import { mostLayers } from './signature-manifest.js'
import type { Descriptor, SourceManifest } from './source.js'
import { CosignError } from './verdict.js'
import { describe, written, type Signed, type Written } from './written.js'

/** What a manifest refers to. */
export type Subject = Pick<Descriptor, 'mediaType' | 'digest' | 'size'>

/** A layer as it stands in a manifest that cosign has written. */
interface WrittenLayer {
  readonly mediaType: string
  readonly size: number
  readonly digest: string
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * The manifest of a `.sig` or `.att` tag with one more layer, and its config, as cosign 2 writes them.
 * @param existing What is behind the tag now. @throws CosignError MANIFEST_INVALID, TOO_MANY_LAYERS for that.
 */
export function writeTagged(
  tag: string,
  layer: Written,
  annotations: Readonly<Record<string, string>>,
  existing: SourceManifest | undefined,
): Signed {
  const layers = [...(existing ? layersIn(existing) : []), { ...describe(layer), annotations: goMap(annotations) }]
  if (layers.length > mostLayers) {
    throw new CosignError('TOO_MANY_LAYERS', `${tag} has ${layers.length - 1} layers, and may have ${mostLayers}`)
  }
  const config = configOf(layers, mediaTypes.ociConfig)
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: describe(config), layers }
  return { tag, blobs: [config, layer], manifest: written(mediaTypes.ociManifest, Buffer.from(goJson(manifest))) }
}

/** The manifest of one signature in the OCI 1.1 mode of cosign 2. */
export function writeOci11(layer: Written, annotations: Readonly<Record<string, string>>, subject: Subject): Signed {
  const layers = [{ ...describe(layer), annotations: goMap(annotations) }]
  const config = configOf(layers, mediaTypes.signatureArtifact)
  return referrer(layers, config, subject, { blobs: [config, layer], artifactType: mediaTypes.signatureArtifact })
}

/** The manifest of a bundle, as cosign 3 writes it. @param at When it was made. */
export function writeBundleManifest(bundle: Written, predicateType: string, subject: Subject, at: Date): Signed {
  const empty = written(mediaTypes.ociEmpty, Buffer.from('{}'))
  return referrer([describe(bundle)], empty, subject, {
    blobs: [empty, bundle],
    artifactType: mediaTypes.bundle,
    // It stands in the config's descriptor too, where the specification has no such member.
    config: { ...describe(empty), artifactType: mediaTypes.bundle },
    annotations: {
      [annotationKeys.bundleContent]: 'dsse-envelope',
      [annotationKeys.bundlePredicateType]: predicateType,
      [annotationKeys.created]: rfc3339(at),
    },
  })
}

interface Referrer {
  readonly blobs: readonly Written[]
  readonly artifactType: string
  readonly config?: object
  readonly annotations?: Readonly<Record<string, string>>
}

function referrer(
  layers: readonly WrittenLayer[],
  config: Written,
  { mediaType, size, digest }: Subject,
  { blobs, annotations, artifactType, ...more }: Referrer,
): Signed {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: describe(config),
    ...more,
    layers,
    ...(annotations && { annotations }),
    subject: { mediaType, size, digest },
    artifactType,
  }
  return { blobs, manifest: written(mediaTypes.ociManifest, Buffer.from(goJson(manifest))) }
}

/**
 * The index of the referrers tag schema with one more manifest in it, for a registry without the referrers API.
 * @param existing What is behind the tag now. @throws CosignError MANIFEST_INVALID for that.
 */
export function writeFallback(
  subject: string,
  { manifest }: Signed,
  existing: SourceManifest | undefined,
): Signed & { readonly tag: string } {
  const { annotations, config, ...own } = JSON.parse(manifest.bytes.toString()) as Partial<Descriptor> & {
    readonly config?: Descriptor
  }
  // distribution-spec 1.1 "Pushing Manifests with Subject".
  const artifactType = own.artifactType ?? config?.mediaType
  const before = existing ? membersOf(existing, 'manifests').filter(({ digest }) => digest !== manifest.digest) : []
  const manifests = [...before, { ...describe(manifest), ...(annotations && { annotations }), artifactType }]
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }
  return { tag: tagOfDigest(subject), blobs: [], manifest: written(mediaTypes.ociIndex, Buffer.from(goJson(index))) }
}

// What cosign gives its manifests for a config: an image that was never made.
function configOf(layers: readonly WrittenLayer[], mediaType: string): Written {
  const created = '0001-01-01T00:00:00Z'
  const config = {
    architecture: '',
    created,
    history: layers.map(() => ({ created })),
    os: '',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    config: {},
  }
  return written(mediaType, Buffer.from(JSON.stringify(config)))
}

const layersIn = (manifest: SourceManifest): readonly WrittenLayer[] => membersOf(manifest, 'layers')

function membersOf({ bytes }: SourceManifest, name: 'layers' | 'manifests'): readonly WrittenLayer[] {
  const manifest = reading('MANIFEST_INVALID', 'the manifest that is there', () => toPlain(parseJson(bytes)))
  const members = (manifest as Readonly<Record<string, unknown>> | null)?.[name]
  if (Array.isArray(members)) return members as WrittenLayer[]
  throw new CosignError('MANIFEST_INVALID', `the manifest that is there has no ${name}`)
}

/** A time in whole seconds, as Go writes it by RFC 3339. */
export const rfc3339 = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z')
