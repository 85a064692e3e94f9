import { secondsOf } from '../config/quantities.js'

/** The fields of config.yaml that decide who may log in and who may do what, under Quay's names (quay.md §5). */
export interface DirectoryConfig {
  readonly SUPER_USERS: readonly string[]
  readonly FEATURE_SUPER_USERS: boolean
  readonly FEATURE_SUPERUSERS_FULL_ACCESS: boolean
  readonly FEATURE_ANONYMOUS_ACCESS: boolean
  readonly FEATURE_APP_SPECIFIC_TOKENS: boolean
  readonly FEATURE_REQUIRE_ENCRYPTED_BASIC_AUTH: boolean
  readonly ROBOTS_DISALLOW: boolean
  readonly ROBOTS_WHITELIST: readonly string[]
  readonly CREATE_PRIVATE_REPO_ON_PUSH: boolean
  readonly CREATE_NAMESPACE_ON_PUSH: boolean
  /** How long a tag that is gone can be brought back where nobody has said so, such as `2w`. */
  readonly DEFAULT_TAG_EXPIRATION: string
}

export const directoryDefaults: DirectoryConfig = {
  SUPER_USERS: [],
  FEATURE_SUPER_USERS: true,
  FEATURE_SUPERUSERS_FULL_ACCESS: false,
  FEATURE_ANONYMOUS_ACCESS: true,
  FEATURE_APP_SPECIFIC_TOKENS: true,
  FEATURE_REQUIRE_ENCRYPTED_BASIC_AUTH: false,
  ROBOTS_DISALLOW: false,
  ROBOTS_WHITELIST: [],
  CREATE_PRIVATE_REPO_ON_PUSH: true,
  CREATE_NAMESPACE_ON_PUSH: false,
  DEFAULT_TAG_EXPIRATION: '2w',
}

/** Seconds of a span such as `2w`: a number and one of s, m, h, d, w, y; undefined for anything else. */
export function parseSpan(text: string): number | undefined {
  const [, count, unit] = /^(\d+)\s*([smhdwy])$/.exec(text.trim()) ?? []
  return count === undefined ? undefined : Number(count) * (secondsOf[unit as string] as number)
}
