import { isDigest, type Digest } from '../../route/names.js'
import type { ManifestEntry, Store } from '../../store/store.js'
import { objectsOf, pairsOf, readObject, sizeOf, textOf, type Json } from './json.js'

/** A descriptor as somebody pushed it. */
export interface ShownDescriptor {
  readonly mediaType: string
  /** Checked only to be one of a known form: what it names need not be there. */
  readonly digest: Digest | undefined
  readonly size: number
  readonly artifactType: string | undefined
  readonly platform: string | undefined
  readonly annotations: readonly (readonly [name: string, text: string])[]
}

/** What a manifest is, in a word. */
export type ManifestKind = 'index' | 'image' | 'chart' | 'signature' | 'attestation' | 'artifact'

/** A manifest as it is shown. */
export interface ShownManifest {
  readonly entry: ManifestEntry
  readonly kind: ManifestKind
  readonly config: ShownDescriptor | undefined
  readonly layers: readonly ShownDescriptor[]
  /** The manifests of an index. */
  readonly manifests: readonly ShownDescriptor[]
  readonly annotations: readonly (readonly [name: string, text: string])[]
  /** The bytes, as text. */
  readonly text: string
}

export const kindWords: Readonly<Record<ManifestKind, string>> = {
  index: 'Index',
  image: 'Image',
  chart: 'Helm chart',
  signature: 'Signature',
  attestation: 'Attestation',
  artifact: 'Artifact',
}

export const chartContent = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const chartConfig = 'application/vnd.cncf.helm.config.v1+json'
const imageConfigs: ReadonlySet<string | undefined> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
])

/** Reads a manifest for being shown; undefined when it is not there. Whatever its JSON holds is no error. */
export async function readManifest(
  store: Store,
  repository: string,
  digest: Digest,
): Promise<ShownManifest | undefined> {
  const entry = await store.manifest(repository, digest)
  const bytes = entry && (await store.manifestBytes(repository, digest))
  if (!entry || !bytes) return undefined
  return shownManifest(entry, bytes)
}

/** What is shown of a manifest's bytes. */
export function shownManifest(entry: ManifestEntry, bytes: Buffer): ShownManifest {
  const json = readObject(bytes) ?? {}
  const config = readObject(json['config'])
  // Docker schema 1 and ORAS's first manifests name their blobs by other names.
  const layers = [json['layers'], json['blobs'], json['fsLayers']].flatMap(objectsOf).map(descriptorOf)
  return {
    entry,
    kind: kindOf(entry, json, layers),
    config: config && descriptorOf(config),
    layers,
    manifests: objectsOf(json['manifests']).map(descriptorOf),
    annotations: pairsOf(json['annotations']),
    text: bytes.toString(),
  }
}

function descriptorOf(json: Json): ShownDescriptor {
  const digest = textOf(json['digest']) ?? textOf(json['blobSum']) ?? ''
  return {
    mediaType: textOf(json['mediaType']) ?? '',
    digest: isDigest(digest) ? digest : undefined,
    size: sizeOf(json['size']),
    artifactType: textOf(json['artifactType']),
    platform: platformOf(readObject(json['platform'])),
    annotations: pairsOf(json['annotations']),
  }
}

/** `linux/arm/v7`, or undefined for what says nothing of a platform. */
export function platformOf(json: Json | undefined): string | undefined {
  const parts = ['os', 'architecture', 'variant'].flatMap((name) => textOf(json?.[name]) ?? [])
  return parts.length === 0 ? undefined : parts.join('/')
}

function kindOf(entry: ManifestEntry, json: Json, layers: readonly ShownDescriptor[]): ManifestKind {
  const { artifactType = '', mediaType } = entry
  if (Array.isArray(json['manifests']) && /index|manifest\.list/.test(mediaType)) return 'index'
  const config = textOf(readObject(json['config'])?.['mediaType'])
  if (config === chartConfig) return 'chart'
  const types = [artifactType, ...layers.map(({ mediaType }) => mediaType)]
  if (types.some((type) => type.startsWith('application/vnd.dsse.envelope'))) return 'attestation'
  if (types.some((type) => /cosign|sigstore/.test(type))) return 'signature'
  return imageConfigs.has(config) && (artifactType === '' || artifactType === config) ? 'image' : 'artifact'
}

/** How many bytes a manifest leads to by itself: config and layers. */
export const contentSize = ({ config, layers }: ShownManifest): number =>
  (config?.size ?? 0) + layers.reduce((sum, { size }) => sum + size, 0)
