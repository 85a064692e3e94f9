import { helmConfig, helmLayers, imageConfig, type ArtifactTypes } from './default-tables.js'

// zstd is one of them since 3.6, and there is no nondistributable zstd.
const builtinLayers: readonly string[] = [
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
]

/** Of the built-in layers, those that may be absent from the registry when they say where else they are. */
export const remoteLayers: ReadonlySet<string> = new Set(builtinLayers.slice(3))

/** The config and layer media types that are welcome, in the order in which Quay's error texts list them. */
export interface WelcomeTypes {
  readonly config: readonly string[]
  readonly layers: readonly string[]
}

/** The fields of a config.yaml that decide which media types are welcome. */
export interface ArtifactSettings {
  readonly FEATURE_GENERAL_OCI_SUPPORT: boolean
  readonly FEATURE_HELM_OCI_SUPPORT: boolean
  readonly ALLOWED_OCI_ARTIFACT_TYPES: ArtifactTypes
}

/**
 * Flattens the table as Quay does when it starts (quay/quay app.py): any welcome config may carry any welcome layer;
 * Helm comes in by its own flag, even with OCI support off; each list drops what the table says twice, but a built-in
 * layer that the table names is listed again.
 */
export function welcomeTypes(settings: ArtifactSettings): WelcomeTypes {
  const table = settings.FEATURE_GENERAL_OCI_SUPPORT ? Object.entries(settings.ALLOWED_OCI_ARTIFACT_TYPES) : []
  const registered = settings.FEATURE_HELM_OCI_SUPPORT ? [...table, [helmConfig, helmLayers] as const] : table
  return {
    config: [...new Set([imageConfig, ...registered.map(([config]) => config)])],
    layers: [...builtinLayers, ...new Set(registered.flatMap(([, layers]) => layers))],
  }
}
