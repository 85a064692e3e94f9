/** The versions of Red Hat Quay that can be played, the oldest first. */
export const quayVersions = ['3.6', '3.7', '3.8', '3.11', '3.12'] as const

export type QuayVersion = (typeof quayVersions)[number]
