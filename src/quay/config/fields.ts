import { accessFields } from './fields/access.js'
import type { Field, ValuesOf } from './fields/field.js'
import { ociFields } from './fields/oci.js'
import { repositoryFields } from './fields/repositories.js'
import { storageFields } from './fields/storage.js'

/** Every field of config.yaml that is known, under Quay's name, with its value of the type that its row names. */
export type QuayConfig = ValuesOf<typeof ociFields> &
  ValuesOf<typeof accessFields> &
  ValuesOf<typeof repositoryFields> &
  ValuesOf<typeof storageFields>

export type FieldName = keyof QuayConfig

/** The rows of all fields: one source for types, defaults, warnings and documents. */
export const fields: Readonly<Record<FieldName, Field>> = {
  ...ociFields,
  ...accessFields,
  ...repositoryFields,
  ...storageFields,
}

export const fieldNames: readonly FieldName[] = Object.keys(fields) as FieldName[]

/** The fields about OCI artifacts, for which a name that is nearly right is most likely meant. */
export const ociFieldNames: readonly string[] = Object.keys(ociFields)

/** Whether a name is that of a known field. */
export const isFieldName = (name: string): name is FieldName => Object.hasOwn(fields, name)
