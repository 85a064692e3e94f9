/** Names, namespaces and what happens to a repository (quay/quay config.py). */
export const repositoryFields = {
  REGISTRY_STATE: {
    type: 'state',
    default: 'normal',
    about: '`readonly` refuses every push with 405.',
  },
  DISABLE_PUSHES: {
    type: 'boolean',
    default: false,
    since: 'later',
    about: 'Every push is refused with 405; the rest can be changed.',
  },
  CREATE_PRIVATE_REPO_ON_PUSH: {
    type: 'boolean',
    default: true,
    about: 'A repository that a push creates is private.',
  },
  CREATE_NAMESPACE_ON_PUSH: {
    type: 'boolean',
    default: false,
    about: 'A push to an unknown namespace creates the organization.',
  },
  FEATURE_LIBRARY_SUPPORT: {
    type: 'boolean',
    default: true,
    about: 'A name without namespace is in LIBRARY_NAMESPACE.',
  },
  LIBRARY_NAMESPACE: { type: 'text', default: 'library', about: 'The namespace of names without one.' },
  FEATURE_EXTENDED_REPOSITORY_NAMES: {
    type: 'boolean',
    default: true,
    about: 'A repository name may have slashes behind its namespace.',
  },
  FEATURE_PUBLIC_CATALOG: {
    type: 'boolean',
    default: false,
    about: 'The catalog lists public repositories to those without login.',
  },
  FEATURE_ADVERTISE_V2: { type: 'boolean', default: true, about: '`/v2/` is there; when false it is 404.' },
  V2_PAGINATION_SIZE: {
    type: 'integer',
    default: 50,
    about: 'Entries on a page of tags or repositories; Quay 3.12 gives at least 100 tags.',
  },
} as const
