import type { TarEntry } from '../../formats/tar-reader.js'
import type { StoredBlob } from '../../store/store.js'
import { LayerCut, readLayer, type LayerLimits, type Packing } from './layer.js'
import { textFrom } from './text.js'

/** A file in a layer, as its archive has it. */
export type LayerFile = Omit<TarEntry, 'chunks' | 'content'>

/** The files of a layer, as far as it was read. */
export interface LayerListing {
  readonly files: readonly LayerFile[]
  /** How many there are; more than in `files` when these would not fit on a page. */
  readonly count: number
  /** Why the end was not reached, in words. */
  readonly cut: string | undefined
}

const mostShown = 2000

/** Lists the files of a layer. @param wanted Which of them are to be shown. @default all */
export async function listLayer(
  blob: StoredBlob,
  packing: Packing,
  { wanted = () => true, limits }: { readonly wanted?: (path: string) => boolean; readonly limits?: LayerLimits } = {},
): Promise<LayerListing> {
  const files: LayerFile[] = []
  let count = 0
  try {
    for await (const { chunks: _, content: __, ...file } of readLayer(blob, packing, limits)) {
      if (!wanted(file.path)) continue
      count++
      if (files.length < mostShown) files.push(file)
    }
  } catch (error) {
    if (!(error instanceof LayerCut)) throw error
    return { files, count, cut: error.message }
  }
  return { files, count, cut: undefined }
}

/** The beginning of a file in a layer. */
export interface FilePreview {
  readonly file: LayerFile
  /** Undefined for what is no text. */
  readonly text: string | undefined
  /** Whether there is more. */
  readonly isCut: boolean
}

const mostPreviewed = 64 << 10

/**
 * Reads the beginnings of some files of a layer, and no more of the layer than leads to the last of them.
 * @param names Which, by what each is to be called: tells of a path whether it is that one.
 */
export async function readFiles<Name extends string>(
  blob: StoredBlob,
  packing: Packing,
  names: Readonly<Record<Name, (path: string) => boolean>>,
): Promise<Partial<Record<Name, FilePreview>>> {
  const found: Partial<Record<Name, FilePreview>> = {}
  const wanted = new Map(Object.entries<(path: string) => boolean>(names) as [Name, (path: string) => boolean][])
  try {
    for await (const entry of readLayer(blob, packing)) {
      for (const [name, isIt] of wanted) {
        if (entry.type !== 'file' || !isIt(entry.path)) continue
        found[name] = await previewOf(entry)
        wanted.delete(name)
        break
      }
      if (wanted.size === 0) break
    }
  } catch (error) {
    // What was found in front of a broken end is found all the same.
    if (!(error instanceof LayerCut)) throw error
  }
  return found
}

async function previewOf(entry: TarEntry): Promise<FilePreview> {
  const { chunks, content: _, ...file } = entry
  const pieces: Buffer[] = []
  let read = 0
  for await (const chunk of chunks) {
    pieces.push(chunk)
    read += chunk.length
    if (read >= mostPreviewed) break
  }
  const isCut = file.size > mostPreviewed
  return { file, text: textFrom(Buffer.concat(pieces).subarray(0, mostPreviewed), isCut), isCut }
}
