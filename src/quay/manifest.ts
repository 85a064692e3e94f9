import { text as readText } from 'node:stream/consumers'
import { mediaTypes } from '../protocol/media-types.js'
import { isDigest, type Digest } from '../route/names.js'
import type { Store } from '../store/store.js'

/** What Quay reads in a manifest that it has taken. */
export interface ReadManifest {
  readonly text: string
  readonly isList: boolean
  readonly config: ReadDescriptor | undefined
  readonly layers: readonly ReadDescriptor[]
  /** The manifests of a list. */
  readonly children: readonly ReadDescriptor[]
  readonly annotations: Readonly<Record<string, unknown>>
}

export interface ReadDescriptor {
  readonly mediaType?: string
  readonly digest?: string
  readonly size?: number
  readonly urls?: readonly string[]
}

/** A config of an image, as far as it is read (image-spec 1.1 "config.md"). */
export interface ImageConfig {
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null
  readonly history?: readonly {
    readonly created?: string
    readonly created_by?: string
    readonly comment?: string
    readonly author?: string
    readonly empty_layer?: boolean
  }[]
}

const lists: ReadonlySet<string> = new Set([mediaTypes.imageIndex, mediaTypes.dockerManifestList])

/** A manifest of a repository, read; undefined when it is not there. */
export async function readManifest(
  store: Store,
  repository: string,
  digest: Digest,
): Promise<ReadManifest | undefined> {
  const entry = await store.manifest(repository, digest)
  const bytes = await store.manifestBytes(repository, digest)
  if (!entry || !bytes) return undefined
  const text = bytes.toString()
  const json = JSON.parse(text) as {
    config?: ReadDescriptor
    layers?: readonly ReadDescriptor[] | null
    manifests?: readonly ReadDescriptor[] | null
    annotations?: Readonly<Record<string, unknown>> | null
  }
  return {
    text,
    isList: lists.has(entry.mediaType),
    config: json.config,
    layers: json.layers ?? [],
    children: json.manifests ?? [],
    annotations: json.annotations ?? {},
  }
}

/** Bytes of a manifest's layers; null for a list of manifests. */
export const layersSize = ({ isList, layers }: ReadManifest): number | null =>
  isList ? null : layers.reduce((sum, { size = 0 }) => sum + size, 0)

/** The same for a manifest by its digest. */
export async function manifestSize(store: Store, repository: string, digest: Digest): Promise<number | null> {
  const manifest = await readManifest(store, repository, digest)
  return manifest ? layersSize(manifest) : null
}

const imageConfigs: ReadonlySet<string | undefined> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
])

/** Whether a manifest is an image's: an artifact's config says nothing of its layers. */
export const isImage = ({ config }: ReadManifest): boolean => imageConfigs.has(config?.mediaType)

const largestConfig = 4 << 20

/** The config of an image; undefined for an artifact, and where it cannot be read. */
export async function readConfig(
  store: Store,
  repository: string,
  manifest: ReadManifest,
  at: number,
): Promise<ImageConfig | undefined> {
  const digest = manifest.config?.digest
  if (!isImage(manifest) || digest === undefined || !isDigest(digest)) return undefined
  const blob = await store.blob(repository, digest, at)
  if (!blob || blob.size === 0 || blob.size > largestConfig) return undefined
  const content = blob.read(0, blob.size - 1)
  try {
    return JSON.parse(Buffer.isBuffer(content) ? content.toString() : await readText(content)) as ImageConfig
  } catch {
    // A config that is no JSON has no labels and no history.
    return undefined
  }
}

/** What Quay takes for a manifest's labels: those of an image's config, and annotations. */
export async function manifestLabels(
  store: Store,
  repository: string,
  manifest: ReadManifest,
  at: number,
): Promise<Readonly<Record<string, string>>> {
  const config = await readConfig(store, repository, manifest, at)
  const labels = { ...config?.config?.Labels, ...manifest.annotations }
  return Object.fromEntries(Object.entries(labels).filter((one): one is [string, string] => typeof one[1] === 'string'))
}
