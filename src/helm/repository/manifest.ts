import { mediaTypes } from '../../protocol/media-types.js'
import type { Digest } from '../../route/names.js'
import { digestOf } from '../../store/hashing.js'
import type { ChartMetadata } from '../chart/metadata.js'
import { helmTypes } from '../media-types.js'

/** Bytes with their digest. */
export interface ChartBlob {
  readonly digest: Digest
  readonly bytes: Buffer
}

/** A chart as it is pushed by OCI: its manifest, and what that names. */
export interface ChartManifest {
  readonly mediaType: string
  readonly bytes: Buffer
  readonly blobs: readonly ChartBlob[]
}

/**
 * The manifest that `helm push` makes of a package (Helm 3.22, pkg/registry), byte for byte: one that is uploaded is so
 * the same as one that is pushed.
 * @param created When the package was made: RFC 3339. Helm takes the time of its file.
 */
export function chartManifest(
  metadata: ChartMetadata,
  chart: Buffer,
  provenance: Buffer | undefined,
  created: string,
): ChartManifest {
  const config = blobOf(goJson(metadata))
  const layers = [
    { type: helmTypes.chart, blob: blobOf(chart) },
    ...(provenance ? [{ type: helmTypes.provenance, blob: blobOf(provenance) }] : []),
  ].toSorted((a, b) => (a.blob.digest < b.blob.digest ? -1 : 1))
  const bytes = goJson({
    schemaVersion: 2,
    config: descriptorOf(helmTypes.config, config),
    layers: layers.map(({ type, blob }) => descriptorOf(type, blob)),
    annotations: inOrder(annotationsOf(metadata, created)),
  })
  return { mediaType: mediaTypes.imageManifest, bytes, blobs: [config, ...layers.map(({ blob }) => blob)] }
}

const blobOf = (bytes: Buffer): ChartBlob => ({ digest: digestOf(bytes), bytes })

const descriptorOf = (mediaType: string, { digest, bytes }: ChartBlob) => ({ mediaType, digest, size: bytes.length })

function annotationsOf(metadata: ChartMetadata, created: string): Record<string, string> {
  const { name, version, description = '', home = '', sources: [source = ''] = [], maintainers = [] } = metadata
  const authors = maintainers.map((one) => `${one.name ?? ''}${one.email === undefined ? '' : ` (${one.email})`}`)
  const own = {
    description,
    title: name,
    version,
    url: home,
    created,
    source,
    authors: authors.join(', '),
  }
  const annotations: Record<string, string> = {}
  for (const [key, value] of Object.entries(own)) {
    if (value.trim() !== '') annotations[`org.opencontainers.image.${key}`] = value
  }
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    if (!fixed.has(key)) annotations[key] = value
  }
  return annotations
}

/** What a chart's own annotations cannot change. */
const fixed: ReadonlySet<string> = new Set(['org.opencontainers.image.version', 'org.opencontainers.image.title'])

const inOrder = (map: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** JSON as Go's `encoding/json` writes it: maps in the order of their keys, and nothing that means something in HTML. */
function goJson(value: unknown): Buffer {
  const text = JSON.stringify(value, (key, member: unknown) =>
    key === 'annotations' ? inOrder(member as Readonly<Record<string, string>>) : member,
  )
  return Buffer.from(
    text.replaceAll(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}
