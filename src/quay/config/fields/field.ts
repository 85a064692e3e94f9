import type { QuayVersion } from '../../../profiles/quay.js'
import type { ArtifactTypes } from '../../artifact-types/default-tables.js'
import type { Duration, Size } from '../quantities.js'

/** What a field's value becomes, by the type that its row names. */
export interface FieldValues {
  readonly boolean: boolean
  readonly text: string
  readonly integer: number
  readonly texts: readonly string[]
  readonly scheme: 'http' | 'https'
  readonly state: 'normal' | 'readonly'
  readonly size: Size
  readonly duration: Duration
  readonly durations: readonly Duration[]
  readonly artifactTypes: ArtifactTypes
  readonly mapping: Readonly<Record<string, unknown>>
}

/** One field of config.yaml: the source of its type, its default, its warnings and its line in the documents. */
export interface Field {
  readonly type: keyof FieldValues
  /** As a config.yaml would have it; null for a field that is then unset. */
  readonly default: boolean | number | string | readonly string[] | Readonly<Record<string, unknown>> | null
  /** How the documents say the default when it is none that a config.yaml could have. */
  readonly defaultText?: string
  /** The first version of Quay that has the field; `later` for one behind all that are played. */
  readonly since?: string
  /** The last of the versions that are played in which the field has an effect, and why it has none behind it. */
  readonly until?: readonly [QuayVersion, string]
  /** Why the field should not be written any more. */
  readonly deprecated?: string
  readonly about: string
}

/** A config's values, from the rows of its fields. */
export type ValuesOf<Fields extends Readonly<Record<string, Field>>> = {
  readonly [Name in keyof Fields]:
    FieldValues[Fields[Name]['type']] | (Fields[Name] extends { readonly default: null } ? undefined : never)
}
