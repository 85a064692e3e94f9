import { parseManifest, type ParsedManifest } from '../../src/store/manifest.js'
import { algorithmOf, type Digest } from '../../src/route/names.js'
import type { StoredBlob } from '../../src/store/store.js'
import { digestOf } from '../../src/store/hashing.js'
import { readName } from './names.js'
import type { LayoutReader, LayoutRoot } from './reader.js'

/** A manifest of a layout, with the tags that it has in a repository. */
export interface PlannedManifest {
  readonly repository: string
  readonly digest: Digest
  readonly bytes: Buffer
  readonly parsed: ParsedManifest
  /** What it names beside manifests, if it is there. */
  readonly blobs: readonly StoredBlob[]
  readonly tags: string[]
}

// BuildKit's cache is an index of layers.
const isManifestType = (mediaType: string): boolean => mediaType === '' || /manifest|index/.test(mediaType)

// As large as the registry takes them.
const largestManifest = 8 << 20

/**
 * What of a layout goes into which repository, children before those that name them. Content that is named and not there
 * is left out, as a sparse layout has it.
 * @param repository Where everything belongs; undefined when the layout says so.
 * @throws Error for a manifest that is none, has another digest than it is named by, or belongs nowhere.
 */
export function planLayout(layout: LayoutReader, repository: string | undefined): PlannedManifest[] {
  const planned = new Map<string, PlannedManifest>()
  const add = (where: string, digest: Digest, mediaType: string): PlannedManifest | undefined => {
    const key = `${where} ${digest}`
    const known = planned.get(key)
    if (known) return known
    const bytes = manifestBytes(layout, digest)
    if (!bytes) return undefined
    const { parsed, types } = parsedManifest(bytes, mediaType, `${layout.path}: ${digest}`)
    const children = new Set(parsed.manifests.filter((child) => isManifestType(types.get(child) ?? '')))
    for (const child of children) add(where, child, types.get(child) ?? '')
    const blobs = parsed.references.filter((named) => !children.has(named)).flatMap((named) => layout.blob(named) ?? [])
    const manifest: PlannedManifest = { repository: where, digest, bytes, parsed, blobs, tags: [] }
    planned.set(key, manifest)
    return manifest
  }
  const nameless: LayoutRoot[] = []
  for (const root of layout.roots) {
    const name = readName(root.annotations, repository)
    if (!name) {
      nameless.push(root)
      continue
    }
    const manifest = add(name.repository, root.digest, root.mediaType)
    if (!manifest) throw new Error(`${layout.path} lists ${root.digest}, which is not in it`)
    if (name.tag !== undefined && !manifest.tags.includes(name.tag)) manifest.tags.push(name.tag)
  }
  for (const { digest, mediaType } of nameless) {
    // What is about something else is where that is.
    const { subject } = parsedManifest(
      manifestBytes(layout, digest) ?? empty,
      mediaType,
      `${layout.path}: ${digest}`,
    ).parsed
    const homes = Array.from(planned.values()).filter((one) => one.digest === subject || one.digest === digest)
    if (homes.length === 0)
      throw new Error(`${layout.path} does not say where ${digest} belongs: say { repository: 'team/app' }`)
    for (const home of homes) add(home.repository, digest, mediaType)
  }
  return [...planned.values()]
}

const empty = Buffer.from('{}')

function manifestBytes(layout: LayoutReader, digest: Digest): Buffer | undefined {
  const blob = layout.blob(digest)
  if (!blob) return undefined
  if (blob.size > largestManifest) throw new Error(`${layout.path}: ${digest} is too large to be a manifest`)
  const bytes = readAll(blob.read, blob.size)
  const actual = digestOf(bytes, algorithmOf(digest))
  if (actual !== digest) throw new Error(`${layout.path}: ${digest} has other bytes: they are ${actual}`)
  return bytes
}

// Piece by piece, which a file part always answers with a buffer.
function readAll(read: (start: number, end: number) => unknown, size: number): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < size; at += 32 << 10) pieces.push(read(at, Math.min(size, at + (32 << 10)) - 1) as Buffer)
  return Buffer.concat(pieces)
}

function parsedManifest(
  bytes: Buffer,
  mediaType: string,
  where: string,
): { readonly parsed: ParsedManifest; readonly types: ReadonlyMap<string, string> } {
  try {
    const json = JSON.parse(bytes.toString()) as { mediaType?: unknown; manifests?: unknown } | null
    const type = typeof json?.mediaType === 'string' ? json.mediaType : mediaType
    const children = Array.isArray(json?.manifests) ? (json.manifests as { digest?: string; mediaType?: string }[]) : []
    return {
      parsed: parseManifest(bytes, type === '' ? undefined : type),
      types: new Map(children.map((child) => [child.digest ?? '', child.mediaType ?? ''])),
    }
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error })
  }
}
