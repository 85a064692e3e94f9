import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { writeGzip } from '../../../src/formats/gzip.js'
import { readTar } from '../../../src/formats/tar-reader.js'
import { writeTar } from '../../../src/formats/tar-writer.js'
import type { ChartMetadata } from './chart-metadata.js'
import type { Place } from './place.js'

// helm, pkg/chart/loader/archive: what a chart may have at most, unpacked.
const largest = 100 << 20

/**
 * Reads a chart: a folder, which is packaged, or a package, which is taken as it is.
 * @throws Error that names the path.
 */
export async function readChart(
  path: string,
  place: Place,
): Promise<{ readonly metadata: ChartMetadata; readonly packaged: Buffer }> {
  try {
    if (!statSync(path).isDirectory()) {
      const packaged = readFileSync(path)
      return { packaged, metadata: await metadataOf(await chartFileIn(packaged)) }
    }
    const metadata = await metadataOf(readFileSync(join(path, 'Chart.yaml'), 'utf8'))
    const mtime = Math.floor(Date.parse(place.created) / 1000)
    const entries = filesIn(path).map((name) => {
      const file = join(path, name)
      const mode = statSync(file).mode & 0o111 ? 0o755 : 0o644
      return { path: `${metadata.name}/${name}`, content: readFileSync(file), mode, mtime }
    })
    return { metadata, packaged: writeGzip(writeTar(entries)) }
  } catch (error) {
    throw new Error(`start-registry: cannot read the chart ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** Paths of all files below a folder, in an order that no machine changes. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .toSorted()

async function chartFileIn(packaged: Buffer): Promise<string> {
  for await (const entry of readTar(gunzipSync(packaged, { maxOutputLength: largest }))) {
    if (/^[^/]+\/Chart\.yaml$/.test(entry.path)) return String(await entry.content())
  }
  throw new Error('it has no Chart.yaml')
}

async function metadataOf(text: string): Promise<ChartMetadata> {
  const { parse } = await import('yaml')
  const metadata = parse(text, { version: '1.1' }) as Partial<ChartMetadata> | null
  if (typeof metadata?.name === 'string' && typeof metadata.version === 'string') return metadata as ChartMetadata
  throw new Error('its Chart.yaml has no name and version')
}
