import { gzipSync } from 'node:zlib'
import { writeTar, type TarFile } from '../../src/formats/tar-writer.js'

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
