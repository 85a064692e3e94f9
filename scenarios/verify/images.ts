import assert from 'node:assert/strict'
import { target, type Signer } from '../cosign/signer.js'
import { blobAt, bundlesOf, manifestAt, tagOf } from '../cosign/stored.js'
import { pushBlob, pushImage, pushManifest } from '../push-image.js'
import type { Manifest } from '../served.js'

/** Images, `host/repository`, each with the tag 1.0. */
export interface Images {
  /** Signed, with the annotation env=prod. */
  readonly signed: string
  /** Its digest. */
  readonly digest: string
  readonly unsigned: string
  /** Has the signature of another image. */
  readonly moved: string
}

/** Podman pushes an image, and cosign signs it. */
export async function pushAndSign(signer: Signer): Promise<Images> {
  const { cosign, registry, desk, sh, sign, say } = signer
  const at = (name: string): string => `${registry.host}/by-${cosign.version}/${name}`
  const [signed, unsigned, moved] = [at('signed'), at('unsigned'), at('moved')]
  say('an image, pushed by podman and signed')
  desk.write('app/app.txt', `an app for cosign ${cosign.version} from ${registry.url}\n`)
  desk.write('app/Containerfile', 'FROM scratch\nCOPY app.txt /\n')
  await sh`podman build --tag ${signed}:1.0 app`
  await sh`podman push --digestfile pushed.txt ${signed}:1.0`
  await sh`podman push ${signed}:1.0 ${unsigned}:1.0`
  const digest = desk.read('pushed.txt').toString().trim()
  await sign`cosign sign ${cosign.signing} --key cosign.key -a env=prod ${signed}@${digest}`
  await moveSignature(signer, digest)
  return { signed, digest, unsigned, moved }
}

/** Puts what is signed where another image's signatures stand. */
async function moveSignature(signer: Signer, from: string): Promise<void> {
  const { cosign } = signer
  const repository = `by-${cosign.version}/moved`
  const { digest: to, mediaType, size } = await pushImage(target(signer, repository), '1.0', 'another app')
  const there = `by-${cosign.version}/signed`
  if (cosign.stores === 'tags') {
    const { bytes, manifest, type = '' } = await manifestAt(signer, there, tagOf(from, '.sig'))
    await copyBlobs(signer, there, repository, manifest)
    await pushManifest(target(signer, repository), tagOf(to, '.sig'), type, bytes)
    return
  }
  const [bundle] = await bundlesOf(signer, there, from)
  assert.ok(bundle)
  const { bytes, manifest } = await manifestAt(signer, there, bundle.digest)
  await copyBlobs(signer, there, repository, manifest)
  const subject = { mediaType, size, digest: to }
  const text = JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), subject })
  await pushManifest(target(signer, repository), undefined, bundle.mediaType, text)
}

async function copyBlobs(signer: Signer, from: string, to: string, { config, layers = [] }: Manifest): Promise<void> {
  for (const blob of [...(config ? [config] : []), ...layers]) {
    await pushBlob(target(signer, to), blob.mediaType, await blobAt(signer, from, blob))
  }
}
