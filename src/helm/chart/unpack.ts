import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FormatError } from '../../formats/format-error.js'
import { readTar, type TarEntry } from '../../formats/tar-reader.js'
import { ChartError } from './chart-error.js'

/** How much of a package is read. Helm itself unpacks at most 100 MiB, with 5 MiB for one file. */
export interface ChartLimits {
  /** Bytes of the package. @default 20 MiB */
  readonly packed?: number | undefined
  /** Bytes that it unpacks to, with what a tar has beside the files. @default 100 MiB */
  readonly unpacked?: number | undefined
  /** How many times its size it may unpack to, once that is more than 1 MiB. @default 200 */
  readonly ratio?: number | undefined
  /** Files and folders. @default 10 000 */
  readonly entries?: number | undefined
  /** Bytes of a file that is read. @default 5 MiB */
  readonly file?: number | undefined
}

const defaults = { packed: 20 << 20, unpacked: 100 << 20, ratio: 200, entries: 10_000, file: 5 << 20 } as const

/** A file of a chart: its path, without the folder that all are in. */
export interface ChartFile {
  readonly path: string
  readonly size: number
}

/** What a package holds: all files, and the content of those that were wanted. */
export interface Unpacked {
  readonly files: readonly ChartFile[]
  readonly contents: ReadonlyMap<string, Buffer>
}

/**
 * Unpacks a chart's package (a gzipped tar) as it comes, without keeping more of it than the files that are wanted.
 * Nothing that a path says is ever used as one.
 * @param wanted The paths of files whose content is asked for, such as `Chart.yaml`.
 * @throws ChartError for what is no package, and for what Helm would not load: absolute paths, `..`, more than the
 *   limits. Links, devices and two files of one name are refused as well: who reads them disagrees on what they mean.
 */
export async function unpackChart(
  bytes: Uint8Array,
  wanted: ReadonlySet<string>,
  given: ChartLimits = {},
): Promise<Unpacked> {
  const limits = { ...defaults, ...given } as Required<{ [K in keyof ChartLimits]: number }>
  if (bytes.length > limits.packed) throw new ChartError(`a chart's package may have ${limits.packed} bytes`)
  const files = new Map<string, ChartFile>()
  const contents = new Map<string, Buffer>()
  const unzipped = gunzipped(bytes, limits)
  try {
    // readTar ends what it reads from, and this goes on.
    const source = { [Symbol.asyncIterator]: () => ({ next: () => unzipped.next() }) }
    for await (const entry of readTar(source, { entries: limits.entries, bytes: limits.unpacked })) {
      if (entry.type === 'directory') continue
      const path = pathOf(entry)
      if (files.has(path)) throw new ChartError(`the chart has two files ${quoted(path)}`)
      files.set(path, { path, size: entry.size })
      if (!wanted.has(path)) continue
      if (entry.size > limits.file) throw new ChartError(`${path} may have ${limits.file} bytes`)
      contents.set(path, await entry.content())
    }
    // What is behind the archive's end is nobody's, but only at the end is the checksum known to be right.
    for await (const chunk of unzipped) void chunk
  } catch (error) {
    if (error instanceof FormatError) throw new ChartError(`this is no chart's package: ${error.message}`, error)
    throw error
  } finally {
    await unzipped.return()
  }
  return { files: [...files.values()], contents }
}

async function* gunzipped(
  bytes: Uint8Array,
  { ratio, unpacked }: { readonly ratio: number; readonly unpacked: number },
): AsyncGenerator<Buffer, void, undefined> {
  const most = Math.min(unpacked, Math.max(1 << 20, bytes.length * ratio))
  const gunzip = createGunzip({ chunkSize: 64 << 10 })
  const fed = pipeline(Readable.from([bytes]), gunzip)
  // It is awaited below unless something else ends the reading first.
  fed.catch(() => {})
  let size = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > most) throw new ChartError(`the package unpacks to more than ${most} bytes`)
      yield chunk
    }
    await fed
  } catch (error) {
    if (error instanceof ChartError) throw error
    throw new ChartError("this is no chart's package: it is not gzipped, or broken", error)
  } finally {
    gunzip.destroy()
  }
}

/** The path of an entry inside its chart, as Helm reads it: without the first part. */
function pathOf({ path: given, type }: TarEntry): string {
  // Packages that were made on Windows.
  const path = given.includes('\\') ? given.replaceAll('\\', '/') : given
  const [, ...parts] = path.split('/')
  // oxlint-disable-next-line no-control-regex
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path) || /[\u0000-\u001f\u007f]/.test(path)) {
    throw new ChartError(`the chart has a file ${quoted(given)}, which is none inside it`)
  }
  const clean = parts.filter((part) => part !== '' && part !== '.')
  if (clean.length === 0 || clean.includes('..') || path.startsWith('..') || /^[a-zA-Z]:/.test(clean[0] as string)) {
    throw new ChartError(`the chart has a file ${quoted(given)}, which is none inside it`)
  }
  if (type !== 'file') throw new ChartError(`${quoted(given)} is a link or a device, and charts have files alone`)
  return clean.join('/')
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 200))
