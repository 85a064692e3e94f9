/** The versions of Red Hat Quay that can be played, the oldest first. */
export const quayVersions = ['3.6', '3.7', '3.8', '3.11', '3.12'] as const

export type QuayVersion = (typeof quayVersions)[number]

/** What differs between versions of Quay on the registry's own pages; sources are in QUIRKS.md. */
export interface QuayRows {
  /**
   * How tags are listed: in the order that they were made, behind a cursor that tells a client nothing, or by name,
   * behind the last one.
   */
  readonly tagPages: { readonly by: 'age' | 'name'; readonly most: number }
  /** Whether a manifest is served by digest that no tag leads to. */
  readonly servesUntagged: boolean
  /** Whether the referrers API is there. */
  readonly referrers: boolean
  /** Whether the configuration of an image may be an empty object: a 500 otherwise. */
  readonly emptyConfig: boolean
  /** Whether `quay.expires-after` counts for a manifest that was there before. */
  readonly expiresOnRepush: boolean
}

const strict: QuayRows = {
  tagPages: { by: 'age', most: 50 },
  servesUntagged: false,
  referrers: false,
  emptyConfig: false,
  expiresOnRepush: false,
}

/** The rows of each version. */
export const quayRows: Readonly<Record<QuayVersion, QuayRows>> = {
  '3.6': strict,
  '3.7': strict,
  '3.8': strict,
  '3.11': { ...strict, servesUntagged: true, emptyConfig: true, expiresOnRepush: true },
  '3.12': {
    tagPages: { by: 'name', most: 100 },
    servesUntagged: true,
    referrers: true,
    emptyConfig: true,
    expiresOnRepush: true,
  },
}
