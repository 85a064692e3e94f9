import type { Digest } from '../../src/route/names.js'
import { isObject } from '../checks.js'
import { readName, writeName } from '../layout/names.js'
import type { LayoutRoot } from '../layout/reader.js'
import { listedIn } from '../layout/writer.js'

/** What a recording knows of a repository beside the content that its layout has. */
interface Notes {
  /** What was asked for and not there, as the end of its path: `manifests/1`, `blobs/sha256:…`, `tags/list`. */
  readonly absent: Set<string>
  /** The whole list of tags, when it was asked for. */
  tags: readonly string[] | undefined
  /** Subjects whose referrers are all here. */
  readonly referrers: Set<Digest>
  /** Sizes of blobs that were asked for; the bytes of those that were only asked about may not be here. */
  readonly blobs: Map<Digest, number>
}

/** What a recording holds of one repository. */
export interface RecordedRepository extends Notes {
  readonly manifests: Map<Digest, { readonly mediaType: string; readonly size: number }>
  readonly tagged: Map<string, Digest>
}

/** What index.json has for what a layout has no place for: JSON by the names of repositories. */
const annotation = 'start-registry.recorded'

/** What was asked of an upstream and what it answered, as an OCI image layout keeps it. */
export class Recording {
  readonly folder: string
  readonly #repositories = new Map<string, RecordedRepository>()
  /** What was listed there and is nobody's. */
  readonly #others: LayoutRoot[] = []
  readonly #annotations: Readonly<Record<string, string>>

  /** Reads what a folder holds; one that is not there, or has no index.json, holds nothing. @throws Error */
  constructor(folder: string) {
    this.folder = folder
    const { roots, annotations = {} } = listedIn(folder)
    this.#annotations = annotations
    for (const [name, notes] of Object.entries(notesOf(annotations[annotation], folder))) {
      this.#repositories.set(name, { ...emptyRepository(), ...notes })
    }
    for (const root of roots) this.#take(root)
  }

  /** Undefined for a repository that nobody has asked about. */
  find(repository: string): RecordedRepository | undefined {
    return this.#repositories.get(repository)
  }

  /** The repository, to be written to. */
  of(repository: string): RecordedRepository {
    const known = this.#repositories.get(repository) ?? emptyRepository()
    this.#repositories.set(repository, known)
    return known
  }

  repositories(): Iterable<readonly [name: string, recorded: RecordedRepository]> {
    return this.#repositories
  }

  /** Whether a manifest is in it, with this tag when one is given. */
  hasManifest(repository: string, digest: Digest, tag?: string): boolean {
    const known = this.find(repository)
    if (!known?.manifests.has(digest)) return false
    return tag === undefined || known.tagged.get(tag) === digest
  }

  /** What index.json lists: each manifest by its tags, or by itself. */
  roots(): LayoutRoot[] {
    const roots = [...this.#others]
    for (const [repository, { manifests, tagged }] of this.#repositories) {
      const withTag = new Set(tagged.values())
      const names = [
        ...tagged,
        ...Array.from(manifests.keys(), (digest) => [undefined, digest] as const).filter(
          ([, one]) => !withTag.has(one),
        ),
      ]
      for (const [tag, digest] of names) {
        const about = manifests.get(digest)
        if (about) roots.push({ ...about, digest, annotations: writeName({ repository, tag }, digest) })
      }
    }
    return roots
  }

  /** What index.json says beside. */
  annotations(): Record<string, string> {
    const notes = Array.from(this.#repositories, ([name, { absent, tags, referrers, blobs }]) => [
      name,
      { absent: [...absent], tags, referrers: [...referrers], blobs: Object.fromEntries(blobs) },
    ])
    return { ...this.#annotations, [annotation]: JSON.stringify(Object.fromEntries(notes)) }
  }

  #take(root: LayoutRoot): void {
    const name = nameOf(root)
    if (!name) {
      this.#others.push(root)
      return
    }
    const { manifests, tagged } = this.of(name.repository)
    const { digest, mediaType, size } = root
    manifests.set(digest, { mediaType, size })
    if (name.tag !== undefined) tagged.set(name.tag, digest)
  }
}

// What other tools have put there under names of their own stays as it is.
function nameOf({ annotations }: LayoutRoot): ReturnType<typeof readName> {
  try {
    return readName(annotations, undefined)
  } catch {
    return undefined
  }
}

const emptyRepository = (): RecordedRepository => ({
  absent: new Set(),
  tags: undefined,
  referrers: new Set(),
  blobs: new Map(),
  manifests: new Map(),
  tagged: new Map(),
})

type Written = Readonly<
  Record<string, { absent?: string[]; tags?: string[]; referrers?: Digest[]; blobs?: Record<Digest, number> }>
>

function notesOf(text: string | undefined, folder: string): Readonly<Record<string, Notes>> {
  if (text === undefined) return {}
  try {
    const json: unknown = JSON.parse(text)
    if (!isObject(json)) throw new TypeError('it is not an object')
    return Object.fromEntries(
      Object.entries(json as Written).map(([name, { absent = [], tags, referrers = [], blobs = {} }]) => [
        name,
        {
          absent: new Set(absent),
          tags,
          referrers: new Set(referrers),
          blobs: new Map(Object.entries(blobs) as [Digest, number][]),
        },
      ]),
    )
  } catch (error) {
    throw new Error(`${folder}: index.json: what ${annotation} says cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
