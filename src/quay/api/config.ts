/** The fields of config.yaml that the API obeys, under Quay's names (quay.md §5). */
export interface ApiConfig {
  readonly FEATURE_USER_INITIALIZE: boolean
  readonly FEATURE_USER_CREATION: boolean
  /** Whether an email address must be given; no mail is ever sent. */
  readonly FEATURE_MAILING: boolean
  readonly FEATURE_DIRECT_LOGIN: boolean
  readonly FEATURE_USER_METADATA: boolean
  readonly FEATURE_EXTENDED_REPOSITORY_NAMES: boolean
  readonly FEATURE_CHANGE_TAG_EXPIRATION: boolean
  readonly FEATURE_QUOTA_MANAGEMENT: boolean
  readonly FEATURE_EDIT_QUOTA: boolean
  readonly FEATURE_AUTO_PRUNE: boolean
  readonly FEATURE_IMMUTABLE_TAGS: boolean
  readonly BROWSER_API_CALLS_XHR_ONLY: boolean
  readonly LIBRARY_NAMESPACE: string
  readonly TAG_EXPIRATION_OPTIONS: readonly string[]
  readonly REGISTRY_STATE: string
  readonly SERVER_HOSTNAME: string
  readonly PREFERRED_URL_SCHEME: string
  readonly REGISTRY_TITLE: string
  readonly LABEL_KEY_RESERVED_PREFIXES: readonly string[]
}

export const apiDefaults: ApiConfig = {
  FEATURE_USER_INITIALIZE: false,
  FEATURE_USER_CREATION: true,
  FEATURE_MAILING: true,
  FEATURE_DIRECT_LOGIN: true,
  FEATURE_USER_METADATA: false,
  FEATURE_EXTENDED_REPOSITORY_NAMES: true,
  FEATURE_CHANGE_TAG_EXPIRATION: true,
  FEATURE_QUOTA_MANAGEMENT: false,
  FEATURE_EDIT_QUOTA: true,
  FEATURE_AUTO_PRUNE: false,
  FEATURE_IMMUTABLE_TAGS: false,
  BROWSER_API_CALLS_XHR_ONLY: true,
  LIBRARY_NAMESPACE: 'library',
  TAG_EXPIRATION_OPTIONS: ['0s', '1d', '1w', '2w', '4w'],
  REGISTRY_STATE: 'normal',
  SERVER_HOSTNAME: 'localhost:5000',
  PREFERRED_URL_SCHEME: 'http',
  REGISTRY_TITLE: 'Red Hat Quay',
  LABEL_KEY_RESERVED_PREFIXES: [],
}
