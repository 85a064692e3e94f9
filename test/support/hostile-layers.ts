import { signWith, tagOfDigest, writePayload } from 'start-registry/cosign'
import { descriptor, imageManifest, types } from './content.js'
import type { HostileCase, Maker } from './hostile-case.js'
import type { SignedStore } from './signed-store.js'

const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json'
export const signatureKey = 'dev.cosignproject.cosign/signature'

interface LayerParts {
  readonly payload: string | Buffer
  readonly annotations?: Readonly<Record<string, string>>
  readonly mediaType?: string
}

/** Puts layers behind the `.sig` tag; `text` changes the manifest at last. */
export function putLayers(
  store: SignedStore,
  { digest }: Maker,
  layers: readonly LayerParts[],
  text: (manifest: string) => string = (manifest) => manifest,
  [manifestType, configType]: readonly [string, string] = [types.image, types.config],
): void {
  store.putBlob('{}')
  for (const { payload } of layers) store.putBlob(payload)
  const described = layers.map(({ payload, annotations, mediaType = simpleSigning }) => ({
    ...descriptor(mediaType, payload),
    annotations,
  }))
  const manifest = imageManifest(descriptor(configType, '{}'), described, { mediaType: manifestType })
  store.putManifest(manifestType, text(manifest), tagOfDigest(digest, '.sig'))
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

export const signed = (payload: string | Buffer, { key }: Maker): LayerParts => ({
  payload,
  annotations: { [signatureKey]: base64(signWith(key, Buffer.from(payload))) },
})

export const good = (maker: Maker): LayerParts => signed(writePayload(maker), maker)

/** A payload that is otherwise than it should be, rightly signed. */
export const payload =
  (text: (right: string, maker: Maker) => string | Buffer): HostileCase['put'] =>
  (store, maker) =>
    putLayers(store, maker, [signed(text(writePayload(maker).toString(), maker), maker)])
