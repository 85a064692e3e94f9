import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tagOfDigest, type SourceManifest } from 'start-registry/cosign'
import { sha256, types } from '../../support/content.js'
import { SignedStore } from '../../support/signed-store.js'

/** Where the signatures are that real versions of cosign made; `write.ts` makes them again. */
export const signedFolder: string = fileURLToPath(new URL('../../../../test/cosign/fixtures/signed', import.meta.url))

/** The files of a signature: its manifest, the blobs of that, and the index that lists it where there is no referrers API. */
export const files = ['manifest.json', 'config.json', 'layer.json', 'index.json'] as const
export type File = (typeof files)[number]

/** A signature that a version of cosign made of the image. */
export interface Golden {
  /** `2.6.5/key-sign-bundle`: the version, and the name of the cell. */
  readonly name: string
  readonly version: string
  readonly by: 'key' | 'certificate'
  readonly what: 'sign' | 'attest'
  readonly where: 'tag' | 'oci-1-1' | 'bundle'
  /** Whether it is found by the tag of the referrers tag schema. */
  readonly isFallback: boolean
}

const shape = /^(?<by>key|certificate)-(?<what>sign|attest)-(?<where>tag|oci-1-1|bundle)(?<fallback>-fallback)?$/

/** All signatures that are kept, in the order of their names. */
export const goldens = (): readonly Golden[] =>
  readdirSync(signedFolder)
    .filter((version) => /^\d/.test(version))
    .flatMap((version) => readdirSync(join(signedFolder, version)).flatMap((cell) => goldenOf(version, cell)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

// Of what is no cell, as a version's key, nothing.
function goldenOf(version: string, cell: string): readonly Golden[] {
  const { by, what, where, fallback } = shape.exec(cell)?.groups ?? {}
  if (by === undefined) return []
  return [{ name: `${version}/${cell}`, version, by, what, where, isFallback: fallback !== undefined } as Golden]
}

/** The bytes of a file of a signature, or of a version; undefined when there is none. */
export function goldenFile(path: string): Buffer | undefined {
  const file = join(signedFolder, path)
  return existsSync(file) ? readFileSync(file) : undefined
}

/** A file that has to be there, as text. */
export const goldenText = (path: string): string => readFileSync(join(signedFolder, path), 'utf8')

/** The digest of the image that is signed. */
export const goldenDigest = (): string => sha256(goldenText('image.json'))

/** A repository as the client has left it, with one file changed when `change` does so. */
export function goldenStore(
  golden: Golden,
  change: (file: File, bytes: Buffer) => Buffer = (_, bytes) => bytes,
): SignedStore {
  const { name, what, where, isFallback } = golden
  const store = new SignedStore({ referrersApi: !isFallback })
  const digest = goldenDigest()
  const read = (file: File): Buffer | undefined => {
    const bytes = goldenFile(`${name}/${file}`)
    return bytes && change(file, bytes)
  }
  store.putManifest(types.image, goldenText('image.json'))
  for (const file of ['config.json', 'layer.json'] as const) {
    const original = goldenFile(`${name}/${file}`)
    // A store that lies: changed bytes are under the digest of those that were there.
    if (original) store.blobs.set(sha256(original), read(file) as Buffer)
  }
  const manifest = manifestOf(types.image, read('manifest.json') as Buffer)
  const original = goldenFile(`${name}/manifest.json`) as Buffer
  if (where === 'tag') store.putRaw(manifest, tagOfDigest(digest, what === 'sign' ? '.sig' : '.att'))
  else store.putRaw({ ...manifest, digest: sha256(original) }, digest, artifactTypeOf(original))
  const index = read('index.json')
  if (index) store.putRaw(manifestOf(types.index, index), tagOfDigest(digest))
  return store
}

const manifestOf = (mediaType: string, bytes: Buffer): SourceManifest => ({ digest: sha256(bytes), mediaType, bytes })

const artifactTypeOf = (manifest: Buffer): string | undefined =>
  (JSON.parse(manifest.toString()) as { artifactType?: string }).artifactType
