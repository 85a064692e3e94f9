import { mkdirSync } from 'node:fs'
import type { FetchedManifest } from '../../src/client/repository.js'
import type { Digest } from '../../src/route/names.js'
import type { StoredBlob } from '../../src/store/store.js'
import { heldBlob, putFile, writeIndex } from '../layout/writer.js'
import { Flights } from './flights.js'
import { Recording, type RecordedRepository } from './recording.js'

/**
 * Writes what an upstream answers into a layout, as it is answered. Whoever waits for it finds it there whatever happens
 * to the process then: content by renaming whole files, and after it the index that names it.
 */
export class Recorder {
  readonly #recording: Recording
  readonly #files = new Flights()
  /** Blobs of this run: of an earlier one nobody knows whether the bytes are there too. */
  readonly #kept = new Set<string>()
  #saving: Promise<void> | undefined

  /** Goes on with what is in the folder. @throws Error when it holds something else. */
  constructor(folder: string) {
    this.#recording = new Recording(folder)
    mkdirSync(folder, { recursive: true })
  }

  hasManifest(repository: string, digest: Digest, tag?: string): boolean {
    return this.#recording.hasManifest(repository, digest, tag)
  }

  hasBlob(repository: string, digest: Digest): boolean {
    return this.#kept.has(`${repository} ${digest}`)
  }

  /** A manifest, and the tag that it was asked for by. */
  async manifest(repository: string, { digest, mediaType, bytes }: FetchedManifest, tag?: string): Promise<void> {
    if (this.hasManifest(repository, digest, tag)) return this.#saving
    await this.#put(heldBlob(digest, bytes))
    await this.#note(repository, ({ manifests, tagged, absent }) => {
      manifests.set(digest, { mediaType, size: bytes.length })
      absent.delete(`manifests/${digest}`)
      if (tag === undefined) return
      tagged.set(tag, digest)
      absent.delete(`manifests/${tag}`)
    })
  }

  async blob(repository: string, blob: StoredBlob): Promise<void> {
    await this.#put(blob)
    this.#kept.add(`${repository} ${blob.digest}`)
    await this.blobSize(repository, blob.digest, blob.size)
  }

  async blobSize(repository: string, digest: Digest, size: number): Promise<void> {
    if (this.#recording.find(repository)?.blobs.has(digest)) return this.#saving
    await this.#note(repository, ({ blobs, absent }) => {
      blobs.set(digest, size)
      absent.delete(`blobs/${digest}`)
    })
  }

  /** The whole list of tags; undefined for a repository that is not there. */
  async tags(repository: string, tags: readonly string[] | undefined): Promise<void> {
    if (!tags) return this.absent(repository, 'tags/list')
    if (String(this.#recording.find(repository)?.tags) === String(tags)) return this.#saving
    await this.#note(repository, (known) => {
      known.tags = tags
      known.absent.delete('tags/list')
    })
  }

  /** That all referrers of a subject have been given to `manifest`. */
  async referrers(repository: string, subject: Digest): Promise<void> {
    if (this.#recording.find(repository)?.referrers.has(subject)) return this.#saving
    await this.#note(repository, ({ referrers }) => referrers.add(subject))
  }

  /** What is not there, as the end of its path: `manifests/1`. */
  async absent(repository: string, path: string): Promise<void> {
    if (this.#recording.find(repository)?.absent.has(path)) return this.#saving
    await this.#note(repository, (known) => {
      known.absent.add(path)
      if (path === 'tags/list') known.tags = undefined
      else if (path.startsWith('manifests/')) known.tagged.delete(path.slice('manifests/'.length))
      else known.blobs.delete(path.slice('blobs/'.length) as Digest)
    })
  }

  // Repositories share files.
  #put(blob: StoredBlob): Promise<void> {
    return this.#files.once(blob.digest, () => putFile(this.#recording.folder, blob))
  }

  async #note(repository: string, write: (known: RecordedRepository) => unknown): Promise<void> {
    write(this.#recording.of(repository))
    this.#saving ??= this.#save()
    await this.#saving
  }

  // What comes in the same turn is written at once.
  async #save(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#saving = undefined
    writeIndex(this.#recording.folder, this.#recording.roots(), this.#recording.annotations())
  }
}
