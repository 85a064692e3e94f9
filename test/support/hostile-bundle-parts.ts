import { pae, signImage, signWith, type Signed } from 'start-registry/cosign'
import { sha256, types } from './content.js'
import type { HostileCase, Maker } from './hostile-case.js'
import type { SignedStore } from './signed-store.js'

export type Json = Record<string, unknown>

interface BundleJson {
  mediaType: string
  verificationMaterial: Json
  dsseEnvelope: { payload: string; payloadType: string; signatures: Json[] }
}

const inToto = 'application/vnd.in-toto+json'
export const other: string = sha256('another image')
export const subjectOf = ({ digest }: Maker): { mediaType: string; digest: string; size: number } => ({
  mediaType: types.image,
  digest,
  size: 1,
})

export const signBundle = (maker: Maker): Signed => signImage({ ...maker, form: 'bundle', subject: subjectOf(maker) })

/** Puts a bundle, changed at last, under the manifest that cosign would have for it. */
export function putBundle(store: SignedStore, { blobs, manifest }: Signed, text: (bundle: BundleJson) => string): void {
  const [empty, bundle] = blobs
  if (!empty || !bundle) throw new Error('a bundle has two blobs')
  store.putBlob(empty.bytes)
  const changed = text(JSON.parse(bundle.bytes.toString()) as BundleJson)
  const digest = store.putBlob(changed)
  const described = JSON.parse(manifest.bytes.toString()) as { layers: Json[] }
  const layers = [{ ...described.layers[0], digest, size: Buffer.byteLength(changed) }]
  store.putManifest(manifest.mediaType, JSON.stringify({ ...described, layers }))
}

/** A bundle that is otherwise than it should be around what is rightly signed. */
export const bundle =
  (change: (bundle: BundleJson, maker: Maker) => BundleJson | Json | string): HostileCase['put'] =>
  (store, maker) =>
    putBundle(store, signBundle(maker), (right) => {
      const changed = change(right, maker)
      return typeof changed === 'string' ? changed : JSON.stringify(changed)
    })

export const envelope = (change: (envelope: BundleJson['dsseEnvelope']) => Json): HostileCase['put'] =>
  bundle((right) => ({ ...right, dsseEnvelope: change(right.dsseEnvelope) }))

export const material = (change: (right: Json) => Json): HostileCase['put'] =>
  bundle((right) => ({ ...right, verificationMaterial: change(right.verificationMaterial) }))

/** A statement that is otherwise than it should be, rightly signed. */
export const statement = (change: (text: string, maker: Maker) => string, type: string = inToto): HostileCase['put'] =>
  bundle((right, maker) => {
    const text = Buffer.from(right.dsseEnvelope.payload, 'base64').toString()
    const payload = Buffer.from(change(text, maker))
    const sig = Buffer.from(signWith(maker.key, pae(type, payload))).toString('base64')
    return {
      ...right,
      dsseEnvelope: { payload: payload.toString('base64'), payloadType: type, signatures: [{ sig }] },
    }
  })
