import { mediaTypes } from '../../protocol/media-types.js'
import { remoteLayers } from './combination.js'
import type { ManifestPolicy } from './policy.js'
import { parsePythonJson, PythonJsonError } from './python-json.js'
import { isList, valueAt, type PythonValue } from './python-values.js'
import { schemaError } from './validation.js'

/** A manifest that is being pushed: its bytes, and the media type that the request's Content-Type says. */
export interface PushedManifest {
  readonly bytes: Buffer
  readonly mediaType: string
}

/**
 * Why Quay refuses an OCI manifest or index when it reads it: the detail message of its 400 MANIFEST_INVALID, byte for
 * byte; undefined when the manifest is welcome, or of a type that is neither (quay/quay endpoints/v2/manifest.py
 * `_parse_manifest`, image/oci/). Quay asks who is calling before it looks.
 */
export function refusalOf({ bytes, mediaType }: PushedManifest, policy: ManifestPolicy): string | undefined {
  if (mediaType !== mediaTypes.imageManifest && mediaType !== mediaTypes.imageIndex) return undefined
  const isIndex = mediaType === mediaTypes.imageIndex
  let manifest: PythonValue
  try {
    manifest = parsePythonJson(bytes.toString('utf8'))
  } catch (error) {
    if (!(error instanceof PythonJsonError)) throw error
    return `failed to parse manifest: malformed manifest data: ${error.message}`
  }
  const fault = schemaError(manifest, isIndex ? policy.index : policy.manifest)
  const reason = fault === undefined ? undefined : `manifest data does not match schema: ${fault}`
  const message = reason ?? (isIndex ? undefined : layerFault(manifest))
  return message === undefined ? undefined : `failed to parse manifest: ${message}`
}

// Every digest is read before any layer's urls are looked at.
function layerFault(manifest: PythonValue): string | undefined {
  const layers = valueAt(manifest, 'layers')
  if (layers === undefined || !isList(layers)) return undefined
  for (const layer of layers) {
    const digest = valueAt(layer, 'digest')
    if (typeof digest === 'string' && !/^[A-Za-z0-9_+.-]+:[A-Fa-f0-9]+$/.test(digest)) {
      return `could not parse manifest digest: ${digest}`
    }
  }
  return layers.some(isLost) ? 'missing `urls` for remote layer' : undefined
}

function isLost(layer: PythonValue): boolean {
  const mediaType = valueAt(layer, 'mediaType')
  const urls = valueAt(layer, 'urls')
  return typeof mediaType === 'string' && remoteLayers.has(mediaType) && !(Array.isArray(urls) && urls.length > 0)
}
