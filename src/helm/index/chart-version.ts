import { hexOf, isDigest, type Digest } from '../../route/names.js'
import type { Descriptor, ManifestEntry, Store } from '../../store/store.js'
import { metadataOf, type ChartMetadata } from '../chart/metadata.js'
import { helmTypes } from '../media-types.js'
import { parseVersion, type Version } from '../versions.js'
import { yamlOf } from './yaml.js'

/** A version of a chart, as a manifest of a repository has it. */
export class ChartVersion {
  readonly repository: string
  readonly manifest: Digest
  readonly metadata: ChartMetadata
  readonly version: Version
  /** When it was packaged, or pushed where nobody says: RFC 3339, in UTC. */
  readonly created: string
  readonly chart: Descriptor
  readonly provenance: Descriptor | undefined
  #yaml: string | undefined

  constructor(parts: Omit<ChartVersion, 'file' | 'entry' | 'yaml' | 'version'>) {
    this.repository = parts.repository
    this.manifest = parts.manifest
    this.metadata = parts.metadata
    // Metadata has none that cannot be read.
    this.version = parseVersion(parts.metadata.version) as Version
    this.created = parts.created
    this.chart = parts.chart
    this.provenance = parts.provenance
  }

  /** What its package is called: by this name it is in a repository once. */
  get file(): string {
    return `${this.metadata.name}-${this.metadata.version}.tgz`
  }

  /** What an index says of it. */
  get entry(): Readonly<Record<string, unknown>> {
    const { metadata, created, chart, file } = this
    // Helm knows no other algorithm.
    const digest = chart.digest.startsWith('sha256:') ? { digest: hexOf(chart.digest) } : {}
    return { ...metadata, created, ...digest, urls: [file] }
  }

  /** The same as an item of YAML, made once. */
  get yaml(): string {
    return (this.#yaml ??= yamlOf([sorted(this.entry)], '  '))
  }
}

// Helm writes members in the order of their names, which is how people know them.
const sorted = (entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** Bytes of a config that is read: Helm keeps a chart's files below this too. */
const largestConfig = 1 << 20

/** Whether a manifest is that of a chart, by what its push has told of it. */
export const isChart = ({ artifactType }: Pick<ManifestEntry, 'artifactType'>): boolean =>
  artifactType === helmTypes.config

/**
 * Reads what a manifest says of a chart, from its config: what Chart.yaml says, as JSON. The package is not read.
 * @returns undefined for one that is none, which any client may have pushed: Helm would not pull it either.
 */
export async function readChartVersion(
  store: Store,
  repository: string,
  { digest, annotations, at }: Pick<ManifestEntry, 'digest' | 'annotations' | 'at'>,
): Promise<ChartVersion | undefined> {
  const bytes = await store.manifestBytes(repository, digest)
  const { config, layers = [] } = (parsed(bytes) ?? {}) as { config?: Descriptor; layers?: readonly Descriptor[] }
  const chart = only(layers, helmTypes.chart)
  if (!config || !chart || !isDigest(config.digest)) return undefined
  const metadata = readMetadata(await readBlob(store, repository, config.digest, at))
  if (!metadata) return undefined
  const created = timeOf(annotations?.['org.opencontainers.image.created']) ?? rfc3339(at)
  return new ChartVersion({
    repository,
    manifest: digest,
    metadata,
    created,
    chart,
    provenance: only(layers, helmTypes.provenance),
  })
}

/** The one layer of a type. */
function only(layers: readonly Descriptor[], type: string): Descriptor | undefined {
  const found = Array.isArray(layers)
    ? (layers as readonly Descriptor[]).filter(({ mediaType }) => mediaType === type)
    : []
  return found.length === 1 && found[0] && isDigest(found[0].digest) ? found[0] : undefined
}

function parsed(bytes: Buffer | undefined): unknown {
  try {
    return bytes && JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

function readMetadata(bytes: Buffer | undefined): ChartMetadata | undefined {
  try {
    return metadataOf(parsed(bytes))
  } catch {
    return undefined
  }
}

async function readBlob(store: Store, repository: string, digest: Digest, at: number): Promise<Buffer | undefined> {
  const blob = await store.blob(repository, digest, at)
  if (!blob || blob.size === 0 || blob.size > largestConfig) return undefined
  const content = blob.read(0, blob.size - 1)
  return Buffer.isBuffer(content) ? content : Buffer.concat((await content.toArray()) as Buffer[])
}

/** A time as RFC 3339 writes it in UTC: what Go reads whatever it is made from. */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : rfc3339(time)
}

/** A time in milliseconds since 1970 as RFC 3339 writes it. */
export const rfc3339 = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z')
