import type { StartOptions } from '../../harness/index.js'

/** What a version of helm says and does in front of Quay. */
export interface QuayHelm {
  readonly client: string
  /** The Quays that it pushes to. */
  readonly pushesTo: readonly NonNullable<StartOptions['profile']>[]
  /** Those that it does not. */
  readonly fallsShortOf: readonly NonNullable<StartOptions['profile']>[]
  /** What it prints when it may not push; `<digest>` is that of the manifest. */
  readonly refused: (host: string, repository: string) => string
}

const helm38: QuayHelm = {
  client: 'helm@3.8.2',
  pushesTo: ['quay-3.7'],
  fallsShortOf: [],
  refused: () => 'Error: unexpected status: 401 Unauthorized',
}

/**
 * Since 3.18 helm pushes a manifest by its digest, asks for it by that digest, and pushes it again by its tag. Until 3.9
 * Quay knows no manifest that has no tag.
 */
const current: Omit<QuayHelm, 'client'> = {
  pushesTo: ['quay-3.11'],
  fallsShortOf: ['quay-3.7'],
  refused: (host, repository) => {
    const request = `HEAD "https://${host}/v2/${repository}/manifests/<digest>"`
    return `Error: failed to perform "Exists" on destination: ${request}: response status code 401: Unauthorized`
  },
}

/** The versions of helm, the one of Quay's documentation first. */
export const quayHelms: readonly QuayHelm[] = [
  helm38,
  { ...current, client: 'helm@3.22.0' },
  { ...current, client: 'helm@4.3.1' },
]

/** What is printed, with `<digest>` in place of a digest, which is another in each run. */
export const withoutDigests = (text: string): string => text.replaceAll(/sha256:[0-9a-f]{64}/g, '<digest>')
