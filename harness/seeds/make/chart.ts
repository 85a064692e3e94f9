import { mediaTypes } from '../../../src/protocol/media-types.js'
import { writeGzip } from '../../../src/formats/gzip.js'
import { writeTar } from '../../../src/formats/tar-writer.js'
import type { ChartOptions, ChartSpec } from '../chart.js'
import { annotationsOf, configOf, type ChartMetadata } from './chart-metadata.js'
import { readChart } from './chart-source.js'
import { tarFiles } from './layer.js'
import { blobOf, describeBlob, madeOf, type Made } from './made.js'
import type { Place } from './place.js'

const types = {
  config: 'application/vnd.cncf.helm.config.v1+json',
  content: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
} as const

/** Makes a chart as `helm push` pushes it (Helm's documentation, "OCI MANIFEST"). @throws Error for one that cannot be read. */
export async function makeChart({ source, options }: ChartSpec, place: Place): Promise<Made> {
  const { metadata, packaged } = source === undefined ? await packageOf(options, place) : await readChart(source, place)
  const config = configOf(metadata)
  const blobs = { config: blobOf(Buffer.from(JSON.stringify(config))), content: blobOf(packaged) }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: describeBlob(blobs.config, types.config),
    layers: [describeBlob(blobs.content, types.content)],
    annotations: annotationsOf(metadata, place.created),
  }
  return madeOf(manifest, { config, blobs: [blobs.config, blobs.content] })
}

async function packageOf(
  options: ChartOptions,
  place: Place,
): Promise<{ readonly metadata: ChartMetadata; readonly packaged: Buffer }> {
  const { stringify } = await import('yaml')
  // Helm reads YAML 1.1, to which more words are no text.
  const yaml = (value: unknown): string => stringify(value, { version: '1.1', lineWidth: 0 })
  const { values, templates = { 'config-map.yaml': configMap }, files = {}, ...about } = options
  const name = about.name ?? place.repository.slice(place.repository.lastIndexOf('/') + 1)
  const version = about.version ?? versionIn(place.tag) ?? '0.1.0'
  const metadata: ChartMetadata = { apiVersion: 'v2', ...about, name, version }
  const all = {
    'Chart.yaml': yaml(metadata),
    ...(values !== undefined && { 'values.yaml': typeof values === 'string' ? values : yaml(values) }),
    ...Object.fromEntries(Object.entries(templates).map(([path, text]) => [`templates/${path}`, text])),
    ...files,
  }
  const mtime = Math.floor(Date.parse(place.created) / 1000)
  const entries = tarFiles(all, place, `${name}/`).map((entry) => ({ ...entry, mtime: entry.mtime ?? mtime }))
  return { metadata, packaged: writeGzip(writeTar(entries)) }
}

// Semantic versions (semver.org, item 2, 9 and 10); helm writes the plus sign as an underscore.
const versionIn = (tag: string | undefined): string | undefined =>
  tag !== undefined && /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:_[\w.-]+)?$/.test(tag) ? tag.replace('_', '+') : undefined

const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  chart: {{ .Chart.Name }}
`
