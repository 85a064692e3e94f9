/** Media types that the registry itself must tell apart: OCI image-spec 1.1 and Docker image manifest v2 schema 2. */
export const mediaTypes: Readonly<
  Record<'imageManifest' | 'imageIndex' | 'dockerManifest' | 'dockerManifestList' | 'emptyConfig' | 'bytes', string>
> = {
  imageManifest: 'application/vnd.oci.image.manifest.v1+json',
  imageIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  emptyConfig: 'application/vnd.oci.empty.v1+json',
  bytes: 'application/octet-stream',
}

/**
 * Whether a layer of this type may be absent from the registry: foreign and nondistributable layers are fetched from
 * elsewhere (image-spec 1.1 "layer.md", Docker schema 2 "foreign.diff").
 */
export const mayBeAbsent = (mediaType: string): boolean =>
  /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/.test(mediaType)
