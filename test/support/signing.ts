import { attest, generateKeyPair, signImage, writeFallback, type KeyPair, type Signed } from 'start-registry/cosign'
import { types, type Wire } from './content.js'

/** Keys of somebody whose signatures count, and of somebody else. */
export const makeKeys = (): { readonly own: KeyPair; readonly stranger: KeyPair } => ({
  own: generateKeyPair(),
  stranger: generateKeyPair(),
})

/** Pushes what `signImage` and `attest` answer, as cosign does. */
export async function pushSigned(wire: Wire, repository: string, { blobs, manifest, tag }: Signed): Promise<void> {
  for (const { bytes } of blobs) await wire.blob(repository, bytes)
  const reply = await wire.manifest(repository, tag ?? manifest.digest, manifest.bytes.toString(), {
    'Content-Type': manifest.mediaType,
  })
  if (reply.status !== 201) throw new Error(`signature not pushed: ${reply.status} ${reply.text}`)
}

export interface SignWith {
  readonly key: KeyPair
  /** `fallback` is a bundle in a registry without the referrers API. @default 'sig-tag' */
  readonly form?: 'sig-tag' | 'bundle' | 'fallback'
  /** What the signature says that it is for. @default registry.example/repository */
  readonly reference?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Signs what is in a repository, and pushes the signature. */
export async function sign(wire: Wire, repository: string, digest: string, options: SignWith): Promise<void> {
  const { key, form = 'sig-tag', reference = `registry.example/${repository}`, annotations = {} } = options
  const about = { digest, reference, key: key.privateKey, annotations }
  const signed =
    form === 'sig-tag'
      ? signImage(about)
      : signImage({ ...about, form: 'bundle', subject: { mediaType: types.image, digest, size: 1 } })
  await pushSigned(wire, repository, signed)
  if (form === 'fallback') await pushSigned(wire, repository, writeFallback(digest, signed, undefined))
}

/** Attests something of what is in a repository, and pushes that. */
export async function attestTo(wire: Wire, repository: string, digest: string, key: KeyPair): Promise<void> {
  const reference = `registry.example/${repository}`
  await pushSigned(wire, repository, attest({ digest, reference, key: key.privateKey, predicate: 'tested' }))
}
