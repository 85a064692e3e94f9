// `start-registry/cosign`: keys, payloads, signatures, attestations and bundles as cosign writes them, without I/O.
export { readPem, writePem, type PemBlock } from '../formats/pem.js'
export { readBundle, signedEnvelope, type Bundle, type BundleOptions, type LogEntry, type Signer } from './bundle.js'
export {
  verifyCertificateMaterial,
  type CertificateMaterial,
  type CertificatePolicy,
  type TrustedCertificate,
} from './certificate-trust.js'
export { pae, readEnvelope, writeEnvelope, type Envelope } from './dsse.js'
export { certificateCheck, logCheck, type LogPolicy } from './evidence-checks.js'
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
export type { SignedBy, SignedContent } from './logs/signed-content.js'
export { transparencyLog, type LogOptions, type TimeWindow, type TransparencyLog } from './logs/transparency-log.js'
export { annotationKeys, mediaTypes, predicateTypes, tagOfDigest } from './media-types.js'
export type { ExpectedReference, VerifyOptions } from './options.js'
export { payloadType, readPayload, writePayload, type Payload } from './payload.js'
export type { Accepted, CheckCertificate, CheckLog, Evidence, Policy } from './policy.js'
export { attest, signImage, type AttestOptions, type SignOptions, type SigningOptions } from './sign.js'
export { verifySigningTimes, type SigningTimes, type TimeMaterial, type TimePolicy } from './signing-times.js'
export type { Descriptor, SignatureSource, SourceManifest } from './source.js'
export { readStatement, type Statement } from './statement.js'
export { verifyTimestamp, type TimestampAuthority } from './timestamps/timestamps.js'
export { readTrustedRoot, type TrustedAuthority, type TrustedRoot } from './trusted-root.js'
export * from './verdict.js'
export { tagNotFound, verifyAttestation, verifyImage, type AttestationOptions } from './verify-image.js'
export { writeFallback } from './write-manifest.js'
export type { Signed, Written } from './written.js'
export { parseCertificate, type Certificate } from './x509/certificate.js'
export {
  makeCodeSigningAuthority,
  makeCodeSigningCertificate,
  type CodeSigningAuthority,
  type CodeSigningOptions,
} from './x509/code-signing-certificate.js'
export { verifyIdentity, type Identity, type IdentityPolicy } from './x509/identity.js'
export { verifyPath, type CertificatePath, type PathSearch } from './x509/path.js'
