import type { QuayVersion } from '../../profiles/quay.js'
import { mediaTypes } from '../../protocol/media-types.js'
import { welcomeTypes, type ArtifactSettings } from './combination.js'
import { indexSchema, manifestSchema, type MediaTypeRule } from './schemas.js'
import type { Schema } from './validation.js'

/** What a Quay of one version and configuration checks in a manifest. It is made once: Quay reads its table at start. */
export interface ManifestPolicy {
  readonly manifest: Schema
  readonly index: Schema
}

/** The fields of a config.yaml that a policy is made of. */
export interface PolicySettings extends ArtifactSettings {
  readonly IGNORE_UNKNOWN_MEDIATYPES: boolean
}

interface VersionRow {
  /** Config and layers must be on the list (removed in 3.12). */
  readonly listed: boolean
  /** IGNORE_UNKNOWN_MEDIATYPES is obeyed (3.9 to 3.11). */
  readonly ignorable: boolean
  /** Media types must look like media types (from 3.9 on). */
  readonly pattern: boolean
  /** An index may name Docker manifests and lists; Quay cannot load them before 3.18 all the same. */
  readonly dockerChildren: boolean
  readonly platformRequired: boolean
  /** `subject` and `artifactType` are a part of the schema. */
  readonly subject: boolean
}

const early = { listed: true, ignorable: false, pattern: false, platformRequired: true, subject: false }

const rows: Readonly<Record<QuayVersion, VersionRow>> = {
  '3.6': { ...early, dockerChildren: false },
  '3.7': { ...early, dockerChildren: false },
  '3.8': { ...early, dockerChildren: true },
  '3.11': { ...early, ignorable: true, pattern: true, dockerChildren: true, platformRequired: false, subject: true },
  '3.12': { ...early, listed: false, pattern: true, dockerChildren: true, platformRequired: false, subject: true },
}

const ociChildren = [mediaTypes.imageManifest, mediaTypes.imageIndex]
const allChildren = [...ociChildren, mediaTypes.dockerManifest, mediaTypes.dockerManifestList]

/** Makes the policy of a version with its configuration. */
export function policyOf(settings: PolicySettings, version: QuayVersion): ManifestPolicy {
  const row = rows[version]
  const checked = row.listed && !(row.ignorable && settings.IGNORE_UNKNOWN_MEDIATYPES)
  const welcome = welcomeTypes(settings)
  const rule = (known: readonly string[], listed: boolean): MediaTypeRule => ({
    known: listed ? known : undefined,
    pattern: row.pattern,
  })
  return {
    manifest: manifestSchema(rule(welcome.config, checked), rule(welcome.layers, checked), row.subject),
    index: indexSchema(
      rule(row.dockerChildren ? allChildren : ociChildren, row.listed),
      row.platformRequired,
      row.subject,
    ),
  }
}
