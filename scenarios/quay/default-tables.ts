import type { StartOptions } from '../../harness/index.js'
import type { Unknown } from './refusal.js'

const imageConfig = 'application/vnd.oci.image.config.v1+json'
const helmConfig = 'application/vnd.cncf.helm.config.v1+json'
const sourceConfig = 'application/vnd.oci.source.image.config.v1+json'

type StrictProfile = Exclude<NonNullable<StartOptions['profile']>, 'oci' | 'quay-3.12'>

/** The configs that each version's default table lets in, for those versions that keep to one. */
export const defaultTables: Readonly<Record<StrictProfile, Omit<Unknown, 'of' | 'type'>>> = {
  'quay-3.6': { welcome: [imageConfig, helmConfig] },
  'quay-3.7': { welcome: [imageConfig, helmConfig, sourceConfig] },
  'quay-3.8': { welcome: [imageConfig, helmConfig, sourceConfig] },
  'quay-3.11': {
    welcome: [imageConfig, helmConfig, sourceConfig, 'application/vnd.unknown.config.v1+json'],
    pattern: true,
  },
}
