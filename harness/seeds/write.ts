import { tagOfDigest } from '../../src/cosign/media-types.js'
import type { Signed } from '../../src/cosign/written.js'
import type { Digest } from '../../src/route/names.js'
import type { Made } from './make/made.js'
import type { Signer } from './sign.js'
import type { Attachment } from './signed.js'
import type { PutManifest, SeedTarget } from './target.js'

/** A signature or attestation that was put. */
export interface SeededSignature {
  readonly type: Attachment['type']
  readonly form: 'tag' | 'referrer' | 'bundle'
  /** Of its manifest. */
  readonly digest: Digest
  /** What it is behind, of the form `tag`. */
  readonly tag: string | undefined
}

/** Puts made content into a target: each blob and each manifest once, however often it is needed. */
export class Writer {
  readonly #target: SeedTarget
  readonly #signer: () => Promise<Signer>
  readonly #done = new Map<string, Promise<void>>()
  readonly #signatures = new Map<string, Map<Attachment, SeededSignature>>()
  // What changes one tag after another.
  readonly #queues = new Map<string, Promise<unknown>>()

  /** @param signer Asked for when something is to be signed. */
  constructor(target: SeedTarget, signer: () => Promise<Signer>) {
    this.#target = target
    this.#signer = signer
  }

  /** Puts a manifest, with a tag or by its digest alone, before it all that it needs, and behind it its signatures. */
  async put(repository: string, made: Made, tag: string | undefined): Promise<void> {
    await Promise.all([
      ...made.blobs.map((blob) =>
        this.#once(`${repository} ${blob.digest}`, () => this.#target.putBlob(repository, blob)),
      ),
      ...made.children.map((child) => this.put(repository, child, undefined)),
    ])
    await this.#once(`${repository} ${made.digest} ${tag}`, () => this.#target.putManifest(repository, made, tag))
    const subject = subjectOf(made)
    if (subject !== undefined) {
      await this.#once(`${repository} ${made.digest} fallback`, () => this.#fallback(repository, subject, made))
    }
    if (made.attachments.length > 0) await this.#attach(repository, made)
  }

  /** The signatures that were put for a manifest, in the order of its description. */
  signaturesOf(repository: string, { digest, attachments }: Made): SeededSignature[] {
    const signatures = this.#signatures.get(`${repository} ${digest}`)
    return attachments.map((attachment) => signatures?.get(attachment) as SeededSignature)
  }

  #attach(repository: string, made: Made): Promise<void> {
    return this.#queue(`${repository} ${made.digest}`, async (key) => {
      const signatures = this.#signatures.get(key) ?? new Map<Attachment, SeededSignature>()
      this.#signatures.set(key, signatures)
      const find = (tag: string): Promise<PutManifest | undefined> => this.#target.find(repository, { tag })
      for (const attachment of made.attachments) {
        if (signatures.has(attachment)) continue
        const signed = await (await this.#signer()).sign(repository, made, attachment, find)
        await this.#putSigned(repository, signed)
        const { type, options } = attachment
        if (signed.tag === undefined) await this.#fallback(repository, made.digest, signed.manifest as PutManifest)
        const { form = 'tag' } = options
        signatures.set(attachment, { type, form, digest: signed.manifest.digest as Digest, tag: signed.tag })
      }
    })
  }

  async #putSigned(repository: string, { blobs, manifest, tag }: Signed): Promise<void> {
    for (const blob of blobs) await this.#target.putBlob(repository, blob as PutManifest)
    await this.#target.putManifest(repository, manifest as PutManifest, tag)
  }

  /** Lists what has a subject behind the tag of the referrers tag schema, where there is no referrers API. */
  async #fallback(repository: string, subject: string, listed: PutManifest): Promise<void> {
    if (this.#target.referrers) return
    const tag = tagOfDigest(subject)
    // Loaded when it is needed, as all that signs.
    const { putFallback } = await import('./fallback.js')
    await this.#queue(`${repository} ${tag}`, () => putFallback(this.#target, repository, { subject, tag, listed }))
  }

  async #queue(key: string, action: (key: string) => Promise<void>): Promise<void> {
    const running = Promise.resolve(this.#queues.get(key)).then(() => action(key))
    this.#queues.set(key, running)
    await running
  }

  #once(key: string, action: () => Promise<void>): Promise<void> {
    const running = this.#done.get(key) ?? action()
    this.#done.set(key, running)
    return running
  }
}

const subjectOf = ({ manifest }: Made): string | undefined =>
  (manifest['subject'] as { readonly digest?: string } | undefined)?.digest
