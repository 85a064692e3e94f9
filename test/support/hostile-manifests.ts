import { tagOfDigest } from 'start-registry/cosign'
import { types } from './content.js'
import type { HostileCase } from './hostile-case.js'
import { good, putLayers } from './hostile-layers.js'

/** More annotations beside the right signature. */
const beside =
  (annotations: Readonly<Record<string, string>>): HostileCase['put'] =>
  (store, maker) => {
    const layer = good(maker)
    putLayers(store, maker, [{ ...layer, annotations: { ...layer.annotations, ...annotations } }])
  }

/** Manifests, and what stands beside a signature. */
export const hostileManifests: readonly HostileCase[] = [
  {
    name: 'a layer of another media type',
    put: (store, maker) => putLayers(store, maker, [{ ...good(maker), mediaType: 'text/plain' }]),
    strict: 'MEDIA_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a config of another media type',
    put: (store, maker) => putLayers(store, maker, [good(maker)], undefined, [types.image, 'text/plain']),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: "Docker's media types",
    put: (store, maker) => {
      const config = 'application/vnd.docker.container.image.v1+json'
      putLayers(store, maker, [good(maker)], undefined, [types.docker, config])
    },
    strict: 'MEDIA_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a good layer after a bad one',
    put: (store, maker) => putLayers(store, maker, [{ ...good(maker), annotations: {} }, good(maker)]),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'annotations twice, the signature in the first',
    put: (store, maker) =>
      putLayers(store, maker, [good(maker)], (text) => text.replace('}}]', '},"annotations":{"more":"x"}}]')),
    strict: 'MANIFEST_INVALID',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'annotations under a name in other case',
    put: (store, maker) =>
      putLayers(store, maker, [good(maker)], (text) => text.replace('"annotations"', '"Annotations"')),
    strict: 'SIG_ANNOTATION_MISSING',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation that is a number',
    put: (store, maker) =>
      putLayers(store, maker, [good(maker)], (text) => text.replace('"annotations":{', '"annotations":{"more":1,')),
    strict: 'MANIFEST_INVALID',
    cosign: 'MANIFEST_INVALID',
    exit: 1,
  },
  {
    name: 'a Rekor bundle of nothing',
    put: beside({ 'dev.sigstore.cosign/bundle': '{"SignedEntryTimestamp":"","Payload":{"body":"rubbish"}}' }),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a Rekor bundle that is no JSON',
    put: beside({ 'dev.sigstore.cosign/bundle': 'rubbish' }),
    strict: 'accepted',
    cosign: 'ANNOTATION_INVALID',
    exit: 12,
  },
  {
    name: 'a timestamp that is no base64',
    put: beside({ 'dev.sigstore.cosign/rfc3161timestamp': '{"SignedRFC3161Timestamp":"!"}' }),
    strict: 'accepted',
    cosign: 'ANNOTATION_INVALID',
    exit: 12,
  },
  {
    name: 'a certificate that is no PEM',
    put: beside({ 'dev.sigstore.cosign/certificate': 'rubbish' }),
    strict: 'accepted',
    cosign: 'CERT_PARSE',
    exit: 12,
  },
  {
    name: 'a certificate of white space',
    put: beside({ 'dev.sigstore.cosign/certificate': ' \n' }),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
    // It panics.
    real: { '2.6.5': 2 },
  },
  {
    name: 'no certificate, and a chain that is no PEM',
    put: beside({ 'dev.sigstore.cosign/chain': 'rubbish' }),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'no layers',
    put: (store, maker) => putLayers(store, maker, []),
    strict: 'NO_SIGNATURES',
    cosign: 'NO_SIGNATURES',
    exit: 10,
  },
  {
    name: 'more than 1000 layers (GHSA-95pr-fxf5-86gv)',
    put: (store, maker) =>
      putLayers(
        store,
        maker,
        Array.from({ length: 1001 }, () => ({ payload: 'x' })),
      ),
    strict: 'TOO_MANY_LAYERS',
    cosign: 'TOO_MANY_LAYERS',
    exit: 1,
  },
  {
    name: 'an index',
    put: (store, { digest }) => {
      const index = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [] })
      store.putManifest(types.index, index, tagOfDigest(digest, '.sig'))
    },
    strict: 'MANIFEST_INVALID',
    cosign: 'MANIFEST_INVALID',
    exit: 1,
  },
  { name: 'nothing at all', put: () => {}, strict: 'NO_SIGNATURES', cosign: 'NO_SIGNATURES', exit: 10 },
]
