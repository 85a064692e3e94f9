/** The versions of Red Hat Quay that can be played, the oldest first. */
export const quayVersions = ['3.6', '3.7', '3.8', '3.11', '3.12'] as const

export type QuayVersion = (typeof quayVersions)[number]

/** What differs between versions of Quay on the registry's own pages; sources are in QUIRKS.md. */
export interface QuayRows {
  /**
   * How tags are listed: in the order that they were made, behind a cursor that tells a client nothing, or by name,
   * behind the last one.
   */
  readonly tagOrder: 'age' | 'name'
  /** Entries of a page of tags or repositories, where V2_PAGINATION_SIZE is less. */
  readonly leastPage: number
  /** Whether a manifest that was pushed by digest is served by digest before a tag leads to it. */
  readonly servesUntagged: boolean
  /** Whether the referrers API is there, and keeps manifests with a subject that no tag leads to. */
  readonly referrers: boolean
  /** Whether the configuration of an image may be an empty object, and its `created` null: a 500 otherwise. */
  readonly looseConfig: boolean
  /** Whether `quay.expires-after` counts for a manifest that was there before. */
  readonly expiresOnRepush: boolean
}

const strict: QuayRows = {
  tagOrder: 'age',
  leastPage: 1,
  servesUntagged: false,
  referrers: false,
  looseConfig: false,
  expiresOnRepush: false,
}

/** The rows of each version. */
export const quayRows: Readonly<Record<QuayVersion, QuayRows>> = {
  '3.6': strict,
  '3.7': strict,
  '3.8': strict,
  '3.11': { ...strict, servesUntagged: true, looseConfig: true, expiresOnRepush: true },
  '3.12': {
    tagOrder: 'name',
    leastPage: 100,
    servesUntagged: true,
    referrers: true,
    looseConfig: true,
    expiresOnRepush: true,
  },
}
