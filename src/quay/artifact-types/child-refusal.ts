import { mediaTypes } from '../../protocol/media-types.js'

/** An entry of an index that is being pushed. */
export interface IndexEntry {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/**
 * Why Quay refuses one entry of an index that its schema let pass, in the order in which Quay looks: the detail message
 * of its 400 MANIFEST_INVALID, or undefined (quay/quay image/shared/schemautil.py, data/model/oci/manifest.py).
 * Docker manifests are not loaded before 3.18, and an index in an index is stored by no release up to 3.18.
 * @param storedSize Bytes of the manifest that the repository has under the entry's digest, or undefined for none.
 */
export function childRefusal(entry: IndexEntry, storedSize: number | undefined): string | undefined {
  if (storedSize === undefined) return `Could not find child manifest with digest \`${entry.digest}\``
  if (storedSize !== entry.size) {
    return `Size of manifest does not match that retrieved: ${storedSize} vs ${entry.size}`
  }
  if (entry.mediaType === mediaTypes.imageIndex) return 'Unable to retrieve manifest labels'
  if (entry.mediaType === mediaTypes.imageManifest) return undefined
  const known = `dict_keys(['${mediaTypes.imageManifest}', '${mediaTypes.imageIndex}'])`
  return `Unknown or unsupported manifest media type \`${entry.mediaType}\` not found in ${known}`
}
