import { pipeline, Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { FormatError } from '../../formats/format-error.js'
import { readTar, type TarEntry } from '../../formats/tar-reader.js'
import type { StoredBlob } from '../../store/store.js'
import { headOf, piecesOf } from './blob.js'

/** How much of a layer is read for a page. */
export interface LayerLimits {
  /** Bytes of the archive, unpacked. @default 256 MiB */
  readonly bytes?: number | undefined
  /** @default 20 000 */
  readonly entries?: number | undefined
  /** How many times its size a layer may unpack to, above what is small anyway. @default 200 */
  readonly ratio?: number | undefined
}

/** What is small anyway: a layer of zeros that unpacks to this much does no harm. */
const smallAnyway = 8 << 20

/** How a layer is packed. */
export type Packing = 'gzip' | 'zstd' | 'none'

/** What a blob is, by its first bytes: whatever its media type says. */
export interface SniffedLayer {
  readonly packing: Packing
  /** Undefined for what is packed: only unpacking it would tell. */
  readonly isTar: boolean | undefined
  readonly head: Buffer
}

export async function sniffLayer(blob: StoredBlob): Promise<SniffedLayer> {
  const head = await headOf(blob, 4096)
  if (head.length > 3 && head.readUInt16BE() === 0x1f_8b) return { packing: 'gzip', isTar: undefined, head }
  if (head.length > 3 && head.readUInt32LE() === 0xfd2f_b528) return { packing: 'zstd', isTar: undefined, head }
  return { packing: 'none', isTar: head.toString('latin1', 257, 262) === 'ustar', head }
}

// Node has it since 22.15, and its types of version 20 do not know.
const makeZstd = (zlib as { readonly createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress

/** Whether this Node can unpack zstd. */
export const hasZstd: boolean = makeZstd !== undefined

/** Why reading of a layer ended before its end: in words. */
export class LayerCut extends Error {}

/**
 * Reads the entries of a layer, gzip, zstd or plain tar, in the order of the archive.
 * @throws LayerCut for what is no archive, one that breaks off, and one that is larger than the limits.
 */
export async function* readLayer(
  blob: StoredBlob,
  packing: Packing,
  limits: LayerLimits = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const { bytes = 256 << 20, entries = 20_000, ratio = 200 } = limits
  if (packing === 'zstd' && !makeZstd) {
    throw new LayerCut('This layer is packed with zstd, which Node reads from version 22.15 on.')
  }
  const most = Math.min(bytes, Math.max(smallAnyway, blob.size * ratio))
  const source = unpacked(piecesOf(blob), packing)
  try {
    yield* readTar(source, { bytes: most, entries })
  } catch (error) {
    throw new LayerCut(reasonOf(error), { cause: error })
  } finally {
    source.destroy()
  }
}

function unpacked(source: Readable, packing: Packing): Readable {
  if (packing === 'none') return source
  const unpack = packing === 'gzip' ? zlib.createGunzip() : (makeZstd?.() as zlib.Gunzip)
  // Whoever reads the unpacked side hears of what goes wrong on either.
  return pipeline(source, unpack, () => undefined)
}

function reasonOf(error: unknown): string {
  if (error instanceof FormatError) return `Reading stopped: ${error.message}.`
  const { code } = error as NodeJS.ErrnoException
  if (code?.startsWith('Z_') || code?.startsWith('ZSTD') || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return 'Reading stopped: this is not what the layer says that it is packed with.'
  }
  throw error
}
