// `start-registry/cosign`: keys, payloads, signatures, attestations and bundles as cosign writes them, without I/O.
export { readBundle, signedEnvelope, type Bundle, type BundleOptions, type LogEntry, type Signer } from './bundle.js'
export { pae, readEnvelope, writeEnvelope, type Envelope } from './dsse.js'
export {
  generateKeyPair,
  importPrivateKey,
  readPrivateKey,
  signWith,
  writePrivateKey,
  type KeyPair,
  type PrivateKeyLabel,
  type SigningKey,
  type WriteOptions,
} from './keys/private-key.js'
export { parsePublicKey, type KeyKind, type PublicKey } from './keys/public-key.js'
export { verifyWith, type Verified } from './keys/verify.js'
export { annotationKeys, mediaTypes, predicateTypes, tagOfDigest } from './media-types.js'
export type { ExpectedReference, VerifyOptions } from './options.js'
export { payloadType, readPayload, writePayload, type Payload } from './payload.js'
export type { Accepted, CheckCertificate, CheckLog, Evidence, Policy } from './policy.js'
export { attest, signImage, type AttestOptions, type SignOptions, type SigningOptions } from './sign.js'
export type { Descriptor, SignatureSource, SourceManifest } from './source.js'
export { readStatement, type Statement } from './statement.js'
export * from './verdict.js'
export { tagNotFound, verifyAttestation, verifyImage, type AttestationOptions } from './verify-image.js'
export { writeFallback } from './write-manifest.js'
export type { Signed, Written } from './written.js'
