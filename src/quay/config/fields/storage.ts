/** Tags and how long they live, sizes, quotas, and where blobs are (quay/quay config.py). */
export const storageFields = {
  DEFAULT_TAG_EXPIRATION: {
    type: 'duration',
    default: '2w',
    about: 'How long the time machine keeps a tag that was deleted or moved.',
  },
  TAG_EXPIRATION_OPTIONS: {
    type: 'durations',
    default: ['0s', '1d', '1w', '2w', '4w'],
    about: 'What a namespace may choose for that.',
  },
  FEATURE_CHANGE_TAG_EXPIRATION: { type: 'boolean', default: true, about: 'Namespaces may choose it.' },
  LABELED_EXPIRATION_MINIMUM: {
    type: 'duration',
    default: '1h',
    about: 'The soonest expiry of a tag that the API may set.',
  },
  LABELED_EXPIRATION_MAXIMUM: {
    type: 'duration',
    default: '104w',
    about: 'The latest expiry of a tag that the API may set.',
  },
  FEATURE_IMMUTABLE_TAGS: {
    type: 'boolean',
    default: false,
    since: '3.17',
    about: 'Tags can be made immutable.',
  },
  FEATURE_IMMUTABLE_TAGS_CAN_EXPIRE: {
    type: 'boolean',
    default: false,
    since: '3.17',
    about: 'Immutable tags may have an expiry.',
  },
  FEATURE_AUTO_PRUNE: {
    type: 'boolean',
    default: false,
    since: '3.11',
    about: 'Namespaces and repositories may have policies that prune tags.',
  },
  PUSH_TEMP_TAG_EXPIRATION_SEC: {
    type: 'integer',
    default: 3600,
    about: 'Seconds that a manifest pushed by digest, and blobs that none names, are kept.',
  },
  MAXIMUM_LAYER_SIZE: { type: 'size', default: '20G', about: 'The largest blob that may be pushed.' },
  FEATURE_QUOTA_MANAGEMENT: {
    type: 'boolean',
    default: false,
    since: '3.7',
    about: 'Namespaces may have quotas.',
  },
  DEFAULT_SYSTEM_REJECT_QUOTA_BYTES: {
    type: 'integer',
    default: 0,
    since: '3.7',
    about: 'The quota of a namespace that has none of its own, in bytes; 0 is no limit.',
  },
  FEATURE_PROXY_CACHE: {
    type: 'boolean',
    default: false,
    since: '3.7',
    about: 'Organizations may be caches of other registries.',
  },
  FEATURE_PROXY_STORAGE: {
    type: 'boolean',
    default: false,
    about: 'Blobs come through Quay itself instead of by redirect.',
  },
  DISTRIBUTED_STORAGE_CONFIG: {
    type: 'mapping',
    default: {},
    about: 'Where Quay keeps blobs: read, not obeyed; the registry has its own storage.',
  },
} as const
