/** Media types of what cosign writes, and of what it stands in (cosign.md of each version; image-spec 1.1). */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  simpleSigning: 'application/vnd.dev.cosign.simplesigning.v1+json',
  dsse: 'application/vnd.dsse.envelope.v1+json',
  inToto: 'application/vnd.in-toto+json',
  /** What a manifest of signatures says that it is in the OCI 1.1 mode of cosign 2. */
  signatureArtifact: 'application/vnd.dev.cosign.artifact.sig.v1+json',
  bundle: 'application/vnd.dev.sigstore.bundle.v0.3+json',
} as const

/** What the media types of all versions of bundles begin with. */
export const bundlePrefix = 'application/vnd.dev.sigstore.bundle'

/** Annotations of a layer that holds a signature or an attestation, and of a bundle's manifest. */
export const annotationKeys = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  rekorBundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
  predicateType: 'predicateType',
  bundleContent: 'dev.sigstore.bundle.content',
  bundlePredicateType: 'dev.sigstore.bundle.predicateType',
  created: 'org.opencontainers.image.created',
} as const

/** The predicate types that cosign knows by a name (`--type`), and its own of image signatures. */
export const predicateTypes = {
  custom: 'https://cosign.sigstore.dev/attestation/v1',
  slsaprovenance: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance02: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  spdx: 'https://spdx.dev/Document',
  spdxjson: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
  link: 'https://in-toto.io/Link/v1',
  vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
  openvex: 'https://openvex.dev/ns',
} as const

/** The predicate type of an image's signature in a bundle: `cosign sign` of version 3. */
export const signPredicateType = 'https://sigstore.dev/cosign/sign/v1'

/** The URI that a predicate type's name in cosign means; anything else is one itself. */
export const predicateTypeUri = (name: string): string =>
  Object.hasOwn(predicateTypes, name) ? predicateTypes[name as keyof typeof predicateTypes] : name

/** The tag that a digest's signatures or attestations stand behind; without a suffix, that of the referrers tag schema. */
export const tagOfDigest = (digest: string, suffix: '.sig' | '.att' | '' = ''): string =>
  `${digest.replace(':', '-')}${suffix}`
