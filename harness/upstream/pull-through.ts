import { ClientError } from '../../src/client/errors.js'
import { mismatch, type FetchedManifest } from '../../src/client/repository.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { algorithmOf, type Digest, type Reference } from '../../src/route/names.js'
import { manifestPush } from '../../src/store/manifest.js'
import type { Store } from '../../src/store/store.js'
import { Flights } from './flights.js'
import type { PulledTags } from './pulled-tags.js'
import type { Recorder } from './recorder.js'
import { isDown } from './refusals.js'
import type { Upstream } from './upstream.js'

export interface PullThroughParts {
  readonly store: Store
  readonly upstream: Upstream
  readonly pulled: PulledTags
  /** What writes down what comes; undefined when nobody wants it. */
  readonly recorder: Recorder | undefined
  /** How long an answer about what may change is good, in milliseconds. */
  readonly fresh: number
}

// Answers that are remembered; who asks for ever more names must not fill the memory.
const mostAnswers = 10_000
// Referrers that are fetched at the same time.
const atOnce = 4

/**
 * Makes a store hold what its upstream has, as far as somebody asks for it. What is here by digest is never asked about.
 * A tag that was pushed here stays; one that came from there is asked about each time, and moves and goes as it does there.
 * When the upstream cannot answer, what came before is served.
 *
 * Everything rejects with what an `Upstream` rejects with. `at` is the time in milliseconds since 1970.
 */
export class PullThrough {
  readonly #store: Store
  readonly #upstream: Upstream
  readonly #pulled: PulledTags
  readonly #recorder: Recorder | undefined
  readonly #fresh: number
  readonly #flights = new Flights()
  /** When what was answered, by what was asked. */
  readonly #answered = new Map<string, number>()
  readonly #lists = new Map<string, readonly string[] | undefined>()
  readonly #stopListening: (() => void) | undefined

  constructor({ store, upstream, pulled, recorder, fresh }: PullThroughParts) {
    this.#store = store
    this.#upstream = upstream
    this.#pulled = pulled
    this.#recorder = recorder
    this.#fresh = fresh
    // What was answered with is gone then.
    this.#stopListening = store.snapshots?.onRestore(() => this.#answered.clear())
  }

  /** Makes a manifest be here, if it is there. */
  manifest(repository: string, { tag, digest }: Reference, at: number): Promise<void> {
    return this.#flights.once(`manifest ${repository} ${digest ?? tag}`, () =>
      digest === undefined ? this.#byTag(repository, tag, at) : this.#byDigest(repository, digest, at),
    )
  }

  /** Makes a blob be here, if it is there. It is visible when all of it has come and its digest is right. */
  blob(repository: string, digest: Digest, at: number): Promise<void> {
    return this.#flights.once(`blob ${repository} ${digest}`, () => this.#blob(repository, digest, at))
  }

  /** The size of a blob that is there and not here, without its bytes. */
  async blobSize(repository: string, digest: Digest, at: number): Promise<number | undefined> {
    if (await this.#store.blob(repository, digest, at)) {
      if (this.#recorder && !this.#recorder.hasBlob(repository, digest)) {
        await unlessDown(this.#sizeThere(repository, digest))
      }
      return undefined
    }
    return this.#sizeThere(repository, digest)
  }

  /**
   * The tags of a repository, in ASCII order: those that are there, and those that were pushed here. Undefined when it
   * is not there; what is here is then all.
   * @param first Whether this is a list's first page; for the next ones nobody asks again.
   */
  tags(repository: string, at: number, first: boolean): Promise<readonly string[] | undefined> {
    return this.#flights.once(`tags ${repository} ${first}`, async () => {
      const listed = await this.#tagsThere(repository, at, first)
      if (!listed) return undefined
      const found = new Set(listed)
      const here = await this.#store.tags(repository, { limit: Infinity })
      for (const tag of here?.items ?? []) {
        if (found.has(tag)) continue
        const digest = await this.#store.tag(repository, tag)
        if (digest && !this.#pulled.has(repository, tag, digest)) found.add(tag)
      }
      return [...found].toSorted()
    })
  }

  /** Makes the referrers of a manifest be here that are there. */
  referrers(repository: string, subject: Digest, at: number): Promise<void> {
    const key = `referrers ${repository} ${subject}`
    return this.#flights.once(key, async () => {
      if (this.#isFresh(key, at)) return
      try {
        await this.#referrers(repository, subject, at)
        this.#remember(key, at)
      } catch (error) {
        if (!isDown(error) || !this.#answered.has(key)) throw error
      }
    })
  }

  /** Breaks off what is under way, and waits until it is. */
  async close(): Promise<void> {
    this.#upstream.close()
    await this.#flights.settled()
    this.#pulled.close()
    this.#stopListening?.()
  }

  async #byTag(repository: string, tag: string, at: number): Promise<void> {
    const here = await this.#store.tag(repository, tag)
    if (here && !this.#pulled.has(repository, tag, here)) return
    const key = `tag ${repository} ${tag}`
    if (this.#isFresh(key, at)) return
    const asked = here ? this.#movedTag(repository, tag, here, at) : this.#newTag(repository, tag, null, at)
    const work = asked.then(() => this.#remember(key, at))
    await (here ? unlessDown(work) : work)
  }

  // To ask for the digest alone is quicker, and registries that count pulls do not count it.
  async #movedTag(repository: string, tag: string, here: Digest, at: number): Promise<void> {
    const there = await this.#upstream.manifestDigest(repository, { tag })
    if (there === here) await this.#recordHere(repository, here, tag)
    else await this.#newTag(repository, tag, here, at)
  }

  // A push of somebody else, in the meantime, is what the tag then means.
  async #newTag(repository: string, tag: string, here: Digest | null, at: number): Promise<void> {
    const found = await this.#upstream.manifest(repository, { tag })
    if (found) await this.#put(repository, found, { tag, expected: here }, at)
    else if (here) await this.#store.deleteTag(repository, tag, at, here)
    if (found) await this.#recorder?.manifest(repository, found, tag)
    else await this.#recorder?.absent(repository, `manifests/${tag}`)
  }

  async #byDigest(repository: string, digest: Digest, at: number): Promise<void> {
    if (await this.#store.manifest(repository, digest)) {
      if (this.#recorder && !this.#recorder.hasManifest(repository, digest)) {
        await unlessDown(this.#recordIfThere(repository, digest))
      }
      return
    }
    const found = await this.#upstream.manifest(repository, { digest })
    if (found) await this.#put(repository, found, undefined, at)
    if (found) await this.#recorder?.manifest(repository, found)
    else await this.#recorder?.absent(repository, `manifests/${digest}`)
  }

  // What was here before there was a recording, or was pushed here and is there too.
  async #recordIfThere(repository: string, digest: Digest): Promise<void> {
    const there = await this.#upstream.manifestDigest(repository, { digest })
    if (there === 'absent') await this.#recorder?.absent(repository, `manifests/${digest}`)
    else await this.#recordHere(repository, digest)
  }

  async #recordHere(repository: string, digest: Digest, tag?: string): Promise<void> {
    if (!this.#recorder || this.#recorder.hasManifest(repository, digest, tag)) return
    const entry = await this.#store.manifest(repository, digest)
    const bytes = await this.#store.manifestBytes(repository, digest)
    if (entry && bytes) await this.#recorder.manifest(repository, { digest, mediaType: entry.mediaType, bytes }, tag)
  }

  async #put(
    repository: string,
    { digest, mediaType, bytes }: FetchedManifest,
    tagged: { readonly tag: string; readonly expected: Digest | null } | undefined,
    at: number,
  ): Promise<void> {
    const result = await this.#store.putManifest(repository, {
      ...readPush(this.#upstream.name, repository, { digest, mediaType, bytes }),
      // What it names comes when it is asked for.
      requires: { blobs: [], manifests: [] },
      tags: tagged ? [tagged.tag] : [],
      expected: tagged?.expected,
      at,
    })
    if (result.committed && tagged) this.#pulled.add(repository, tagged.tag, digest)
  }

  async #blob(repository: string, digest: Digest, at: number): Promise<void> {
    const here = await this.#store.blob(repository, digest, at)
    if (here) {
      if (!this.#recorder || this.#recorder.hasBlob(repository, digest)) return
      const size = await unlessDown(this.#sizeThere(repository, digest))
      if (size !== undefined) await this.#recorder.blob(repository, here)
      return
    }
    if (!(await this.#mount(repository, digest, at))) {
      const bytes = await this.#upstream.blob(repository, digest)
      if (!bytes) return this.#recorder?.absent(repository, `blobs/${digest}`)
      await this.#download(repository, digest, bytes, at)
    }
    const blob = this.#recorder && (await this.#store.blob(repository, digest, at))
    if (blob) await this.#recorder?.blob(repository, blob)
  }

  // A layer that another repository holds is not fetched again, if this one holds it there.
  async #mount(repository: string, digest: Digest, at: number): Promise<boolean> {
    for await (const holder of this.#store.holders(digest)) {
      if ((await this.#upstream.blobSize(repository, digest)) === undefined) return false
      if (await this.#store.mountBlob(repository, digest, holder, at)) return true
    }
    return false
  }

  async #download(repository: string, digest: Digest, bytes: AsyncIterable<Buffer>, at: number): Promise<void> {
    const { id } = await this.#store.createUpload(repository, { algorithm: algorithmOf(digest), at })
    try {
      await this.#store.appendUpload(id, bytes, { at })
      const finished = await this.#store.finishUpload(id, digest, at)
      if (!finished) throw new RegistryError('UNAVAILABLE', 'the registry was taken back in the meantime: ask again')
      if (!finished.committed) {
        throw mismatch({ registry: this.#upstream.name, repository }, digest, finished.actual)
      }
    } catch (error) {
      await this.#store.cancelUpload(id)
      throw error
    }
  }

  async #sizeThere(repository: string, digest: Digest): Promise<number | undefined> {
    const size = await this.#upstream.blobSize(repository, digest)
    if (size === undefined) await this.#recorder?.absent(repository, `blobs/${digest}`)
    else await this.#recorder?.blobSize(repository, digest, size)
    return size
  }

  async #tagsThere(repository: string, at: number, first: boolean): Promise<readonly string[] | undefined> {
    const key = `tags ${repository}`
    if (this.#lists.has(repository) && (!first || this.#isFresh(key, at))) return this.#lists.get(repository)
    try {
      const listed = await this.#upstream.tags(repository)
      if (this.#lists.size === mostAnswers) this.#lists.clear()
      this.#lists.set(repository, listed)
      await this.#recorder?.tags(repository, listed)
      this.#remember(key, at)
    } catch (error) {
      if (!isDown(error) || !this.#lists.has(repository)) throw error
    }
    return this.#lists.get(repository)
  }

  async #referrers(repository: string, subject: Digest, at: number): Promise<void> {
    const waiting = (await this.#upstream.referrers(repository, subject)).values()
    const work = async (): Promise<void> => {
      for (const digest of waiting) await this.manifest(repository, { digest }, at)
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    await this.#recorder?.referrers(repository, subject)
  }

  #isFresh(key: string, at: number): boolean {
    const answered = this.#answered.get(key)
    return answered !== undefined && at - answered < this.#fresh
  }

  #remember(key: string, at: number): void {
    if (this.#answered.size >= mostAnswers) this.#answered.clear()
    this.#answered.set(key, at)
  }
}

/** What some work answers, or nothing when the upstream cannot. */
async function unlessDown<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isDown(error)) return undefined
    throw error
  }
}

function readPush(
  name: string,
  repository: string,
  { digest, mediaType, bytes }: FetchedManifest,
): ReturnType<typeof manifestPush> {
  try {
    return manifestPush(bytes, digest, mediaType || undefined)
  } catch (error) {
    throw new ClientError(
      'BAD_REPLY',
      `${name} has a manifest ${digest} in ${repository} that is none: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}
