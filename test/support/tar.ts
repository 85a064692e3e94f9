import { readTar, type TarEntry, type TarLimits } from '../../src/formats/tar-reader.js'

/** An entry of a tar archive with its content, which tests compare. */
export type ReadEntry = Omit<TarEntry, 'chunks' | 'content'> & { readonly text: string }

/** All entries of a tar archive. */
export async function tarEntries(
  source: Parameters<typeof readTar>[0],
  limits: TarLimits = {},
): Promise<readonly ReadEntry[]> {
  const entries: ReadEntry[] = []
  for await (const { chunks: _, content, ...entry } of readTar(source, limits)) {
    entries.push({ ...entry, text: String(await content()) })
  }
  return entries
}
