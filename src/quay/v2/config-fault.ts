import type { QuayRows } from '../../profiles/quay.js'
import { imageConfig } from '../artifact-types/default-tables.js'

/**
 * Whether Quay fails on the configuration of an OCI image (image/oci/config.py): it wants `rootfs`, `architecture` and
 * `os`; later versions take an empty object.
 * @param mediaType That the manifest says it is of; only an image's is read.
 * @param config The configuration, or undefined when it is no JSON.
 */
export function hasConfigFault(mediaType: string | undefined, config: object | undefined, rows: QuayRows): boolean {
  if (mediaType !== imageConfig) return false
  if (config === undefined) return true
  if (rows.looseConfig && Object.keys(config).length === 0) return false
  const { rootfs, architecture, os, created } = config as Readonly<Record<string, unknown>>
  if (!(created === undefined || typeof created === 'string' || (rows.looseConfig && created === null))) return true
  const { type, diff_ids: diffIds } = (rootfs ?? {}) as Readonly<Record<string, unknown>>
  return type !== 'layers' || !Array.isArray(diffIds) || typeof architecture !== 'string' || typeof os !== 'string'
}
