// Rows are of the type Field (fields.ts checks it); `as const` keeps each one's type and default for QuayConfig.

/** What decides which manifests are welcome (quay/quay config.py, util/config/schema.py). */
export const ociFields = {
  FEATURE_GENERAL_OCI_SUPPORT: {
    type: 'boolean',
    default: true,
    about: 'OCI manifests and indexes may be pushed. When false they get 415; what is stored still pulls.',
  },
  FEATURE_HELM_OCI_SUPPORT: {
    type: 'boolean',
    default: true,
    until: ['3.11', 'since 3.12 any media type is taken'],
    deprecated: 'since Quay 3.6 Helm is a part of FEATURE_GENERAL_OCI_SUPPORT',
    about: "Helm's config and layers are welcome, whatever ALLOWED_OCI_ARTIFACT_TYPES says.",
  },
  ALLOWED_OCI_ARTIFACT_TYPES: {
    type: 'artifactTypes',
    default: {},
    defaultText: "the version's table: cosign, Helm and what came with it",
    until: ['3.11', 'since 3.12 any media type is taken'],
    about: 'Config media types, each with a list of layer media types. It replaces the default table as a whole.',
  },
  IGNORE_UNKNOWN_MEDIATYPES: {
    type: 'boolean',
    default: false,
    since: '3.9',
    until: ['3.11', 'since 3.12 any media type is taken'],
    about: 'Any media type is welcome: ALLOWED_OCI_ARTIFACT_TYPES is not looked at.',
  },
  FEATURE_REFERRERS_API: {
    type: 'boolean',
    default: true,
    since: '3.12',
    about: 'Referrers can be listed. When false the API answers 404, and clients fall back to tags.',
  },
  OCI_NAMESPACE_WHITELIST: {
    type: 'texts',
    default: [],
    about: 'Namespaces that take OCI manifests although FEATURE_GENERAL_OCI_SUPPORT is false.',
  },
  V22_NAMESPACE_BLACKLIST: {
    type: 'texts',
    default: [],
    about: 'Namespaces that take neither OCI manifests nor Docker schema 2: both get 415.',
  },
  FEATURE_SPARSE_INDEX: {
    type: 'boolean',
    default: false,
    since: 'later',
    about: 'An index may name manifests that are not there.',
  },
} as const
