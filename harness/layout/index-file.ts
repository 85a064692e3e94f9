import { isDigest } from '../../src/route/names.js'
import { isTextMap } from '../checks.js'
import type { LayoutRoot } from './reader.js'

/**
 * Reads an index.json.
 * @throws Error that names the layout, for one that is none.
 */
export function readIndex(text: string | undefined, marker: string | undefined, path: string): readonly LayoutRoot[] {
  if (text === undefined) throw new Error(`${path} is no OCI image layout: it has no index.json`)
  if (marker !== undefined && jsonOf(marker, `${path}: oci-layout`)['imageLayoutVersion'] !== '1.0.0') {
    throw new Error(`${path} is an OCI image layout of another version than 1.0.0`)
  }
  const { manifests } = jsonOf(text, `${path}: index.json`)
  if (!Array.isArray(manifests)) throw new Error(`${path}: index.json has no manifests`)
  return manifests.map((entry: Partial<LayoutRoot> | null, index): LayoutRoot => {
    const { mediaType, digest, size, annotations } = entry ?? {}
    const where = `${path}: index.json: manifests[${index}]`
    if (typeof digest !== 'string' || !isDigest(digest)) throw new Error(`${where} has no digest`)
    if (!Number.isSafeInteger(size)) throw new Error(`${where} has no size`)
    return { mediaType: typeof mediaType === 'string' ? mediaType : '', digest, size: size as number, annotations }
  })
}

/** What an index.json says beside what it lists; nothing where it says nothing. @throws Error for one that is none. */
export function readAnnotations(text: string, path: string): Readonly<Record<string, string>> {
  const { annotations = {} } = jsonOf(text, `${path}: index.json`)
  if (isTextMap(annotations)) return annotations as Record<string, string>
  throw new Error(`${path}: index.json has annotations that are none`)
}

function jsonOf(text: string, what: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  } catch (error) {
    throw new Error(`${what} is not JSON`, { cause: error })
  }
  throw new Error(`${what} is not an object`)
}
