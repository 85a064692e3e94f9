import { gzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { writeTar, type TarFile } from '../../src/formats/tar-writer.js'
import { descriptor, imageManifest, sha256, types, type Wire } from './content.js'
import type { RawReply } from './raw.js'

/** A file of an archive by its path: its text, or all that a tar says of it. */
export type ArchiveFile = readonly [path: string, text: string] | TarFile

/** A gzipped tar of these files, in their order. */
export const archive = (...files: readonly ArchiveFile[]): Buffer => gzipSync(tar(...files))

/** A tar of these files, in their order. */
export const tar = (...files: readonly ArchiveFile[]): Buffer =>
  writeTar(files.map((file) => (Array.isArray(file) ? textFile(file) : (file as TarFile))))

const textFile = ([path, text]: readonly string[]): TarFile => ({
  path: path as string,
  content: Buffer.from(text ?? ''),
})

/** A Chart.yaml of a few lines. */
export const chartYaml = (name = 'web', version = '0.1.0', more = ''): string =>
  `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`

/** A chart's package with nothing but a Chart.yaml and values. */
export const chartPackage = (name = 'web', version = '0.1.0', more = ''): Buffer =>
  archive([`${name}/Chart.yaml`, chartYaml(name, version, more)], [`${name}/values.yaml`, 'greeting: hello\n'])

/** A chart that is to be pushed, and how it differs from one that Helm pushes. */
export interface PushedChart {
  readonly name?: string
  readonly version?: string
  /** @default the version, with `_` for `+` */
  readonly tag?: string
  /** What the config has beside name and version, or in place of everything: text. */
  readonly config?: Readonly<Record<string, unknown>> | string
  readonly package?: Buffer
  readonly provenance?: string
  readonly created?: string
}

/** Pushes a chart as Helm does; answers its manifest's digest. */
export async function pushChart(
  wire: Wire,
  repository: string,
  chart: PushedChart = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { name = 'web', version = '0.1.0', tag = version.replaceAll('+', '_') } = chart
  const config =
    typeof chart.config === 'string'
      ? chart.config
      : JSON.stringify({ name, version, apiVersion: 'v2', ...chart.config })
  const bytes = chart.package ?? chartPackage(name, version)
  const layers = [descriptor(helm.chart, bytes)]
  if (chart.provenance !== undefined) layers.push(descriptor(helm.provenance, chart.provenance))
  const annotations = chart.created === undefined ? {} : { 'org.opencontainers.image.created': chart.created }
  const manifest = imageManifest(descriptor(helm.config, config), layers, { annotations })
  for (const blob of [config, bytes, chart.provenance ?? config]) {
    const target = `/v2/${repository}/blobs/uploads/?digest=${sha256(blob)}`
    await pushed(wire.send('POST', target, { body: blob, headers }))
  }
  await pushed(
    wire.send('PUT', `/v2/${repository}/manifests/${tag}`, {
      body: manifest,
      headers: { 'Content-Type': types.image, ...headers },
    }),
  )
  return sha256(manifest)
}

async function pushed(reply: Promise<RawReply>): Promise<void> {
  const { status, text } = await reply
  if (status !== 201) throw new Error(`not pushed: ${status} ${text}`)
}

const helm = {
  config: 'application/vnd.cncf.helm.config.v1+json',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  provenance: 'application/vnd.cncf.helm.chart.provenance.v1.prov',
} as const

/** An index.yaml, read. */
export interface ReadIndex {
  readonly apiVersion: string
  readonly generated: string
  readonly entries: Readonly<Record<string, readonly IndexEntry[]>>
  readonly serverInfo: unknown
}

export interface IndexEntry {
  readonly name: string
  readonly version: string
  readonly created: string
  readonly digest: string
  readonly urls: readonly string[]
  readonly [member: string]: unknown
}

/** The index of an organization. */
export async function indexOf(
  wire: Wire,
  organization: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadIndex> {
  const { status, text } = await wire.get(`/charts/${organization}/index.yaml`, headers)
  if (status !== 200) throw new Error(`no index: ${status} ${text}`)
  return parse(text) as ReadIndex
}

/** Names and versions of an index, in its order, as `web 0.1.0`. */
export const versionsIn = ({ entries }: ReadIndex): readonly string[] =>
  Object.values(entries).flatMap((versions) => versions.map(({ name, version }) => `${name} ${version}`))

/** A provenance as Helm writes it; nobody has signed it. */
export const provenanceOf = (name: string, version: string, signature = 'signature'): string =>
  [
    '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n',
    `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    `...\nfiles:\n  ${name}-${version}.tgz: sha256:0\n-----BEGIN PGP SIGNATURE-----\n`,
    `${signature}\n-----END PGP SIGNATURE-----\n`,
  ].join('\n')
