import { mediaTypes } from '../../protocol/media-types.js'

/** The fields of a config.yaml that the gate reads. */
export interface GateSettings {
  readonly FEATURE_GENERAL_OCI_SUPPORT: boolean
  readonly OCI_NAMESPACE_WHITELIST: readonly string[]
  readonly V22_NAMESPACE_BLACKLIST: readonly string[]
}

const dockerSchema1 = 'application/vnd.docker.distribution.manifest.v1+json'
const schema1: ReadonlySet<string> = new Set([
  dockerSchema1,
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
])
const schema2: ReadonlySet<string> = new Set([mediaTypes.dockerManifest, mediaTypes.dockerManifestList])
const oci: ReadonlySet<string> = new Set([mediaTypes.imageManifest, mediaTypes.imageIndex])

/**
 * Whether a PUT of a manifest is turned away by its headers alone, before Quay asks who is calling: the detail message
 * of its 415 MANIFEST_INVALID, or undefined (quay/quay endpoints/v2/manifest.py `_reject_manifest2_schema2`). A
 * Content-Type is compared as it is: one with parameters is none of those that are known.
 * @param namespace The repository's, with the library's for a name that has none.
 * @param accept The Accept header, which counts in the namespaces of V22_NAMESPACE_BLACKLIST only.
 */
export function gateOf(
  contentType: string | undefined,
  settings: GateSettings,
  namespace: string,
  accept?: string,
): string | undefined {
  return isTurnedAway(contentType ?? '', settings, namespace, accept)
    ? 'manifest schema version not supported'
    : undefined
}

function isTurnedAway(type: string, settings: GateSettings, namespace: string, accept: string | undefined): boolean {
  const known = ['', 'application/json'].includes(type) || [schema1, schema2, oci].some((types) => types.has(type))
  if (!known) return true
  if (settings.V22_NAMESPACE_BLACKLIST.includes(namespace)) {
    return schema2.has(type) || oci.has(type) || !acceptsSchema1(accept)
  }
  if (!oci.has(type) || settings.FEATURE_GENERAL_OCI_SUPPORT) return false
  return !settings.OCI_NAMESPACE_WHITELIST.includes(namespace)
}

// A client that says nothing, or anything, takes Docker's schema 1.
function acceptsSchema1(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((entry) => (entry.split(';')[0] as string).trim())
  return (
    types.every((type) => type === '') || types.some((type) => [dockerSchema1, 'application/*', '*/*'].includes(type))
  )
}
