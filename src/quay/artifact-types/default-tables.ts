import type { QuayVersion } from '../../profiles/quay.js'

/** Config media types, each with the layer media types that it brings (`ALLOWED_OCI_ARTIFACT_TYPES`). */
export type ArtifactTypes = Readonly<Record<string, readonly string[]>>

export const imageConfig = 'application/vnd.oci.image.config.v1+json'
export const helmConfig = 'application/vnd.cncf.helm.config.v1+json'
export const helmLayers: readonly string[] = [
  'application/tar+gzip',
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
]
export const cosignSignature = 'application/vnd.dev.cosign.simplesigning.v1+json'
export const cosignAttestation = 'application/vnd.dsse.envelope.v1+json'

const sourceImage = {
  'application/vnd.oci.source.image.config.v1+json': ['application/vnd.oci.image.layer.v1.tar+gzip'],
}

const softwareBills = [
  'text/spdx',
  'text/spdx+xml',
  'text/spdx+json',
  'application/vnd.syft+json',
  'application/vnd.cyclonedx',
  'application/vnd.cyclonedx+xml',
  'application/vnd.cyclonedx+json',
  'application/vnd.in-toto+json',
]

const policies = {
  'application/vnd.unknown.config.v1+json': [
    'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego',
    'application/vnd.cncf.openpolicyagent.data.layer.v1+json',
  ],
}

const table36 = { [imageConfig]: [cosignSignature], [helmConfig]: helmLayers }
const table37 = { [imageConfig]: [cosignSignature, cosignAttestation], [helmConfig]: helmLayers, ...sourceImage }
const table38 = { ...table37, [imageConfig]: [cosignSignature, cosignAttestation, ...softwareBills] }
const table39 = { ...table38, ...policies }

/** What `ALLOWED_OCI_ARTIFACT_TYPES` is when a config.yaml does not have it (quay/quay config.py, each version's). */
export const defaultTables: Readonly<Record<QuayVersion, ArtifactTypes>> = {
  '3.6': table36,
  '3.7': table37,
  '3.8': table38,
  '3.11': table39,
  '3.12': table39,
}
