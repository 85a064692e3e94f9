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
  /** What it prints of a Quay that takes no OCI media types. */
  readonly notSupported: (host: string, repository: string) => string
  /** What it asks for when it pushes 0.0.4, as `outline` has it. */
  readonly asks: (repository: string) => readonly string[]
}

const helm38: QuayHelm = {
  client: 'helm@3.8.2',
  pushesTo: ['quay-3.7'],
  fallsShortOf: [],
  refused: () => 'Error: unexpected status: 401 UNAUTHORIZED',
  notSupported: () => 'Error: failed commit on ref "manifest-<digest>": unexpected status: 415 UNSUPPORTED MEDIA TYPE',
  // It asks about blobs first, and for a token to push.
  asks: (repository) => [
    'POST token 405',
    `GET token for repository:${repository}:pull for repository:${repository}:pull,push 200`,
    'HEAD manifest 0.0.4 404',
    'PUT manifest 0.0.4 201',
  ],
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
  notSupported: (host, repository) => {
    const request = `PUT "https://${host}/v2/${repository}/manifests/<digest>"`
    const reason = 'manifest invalid: manifest invalid: map[message:manifest schema version not supported]'
    return `Error: failed to perform "Push" on destination: ${request}: response status code 415: ${reason}`
  },
  // For a HEAD that is answered 401 it asks for a token to push at once, which helm 3.18 did not: helm#32144.
  asks: (repository) => [
    'HEAD manifest by digest 401',
    `GET token for repository:${repository}:pull,push 200`,
    'HEAD manifest by digest 404',
    'PUT manifest by digest 201',
    'GET manifest by digest 200',
    'PUT manifest 0.0.4 201',
  ],
}

/** The versions of helm, the one of Quay's documentation first. */
export const quayHelms: readonly QuayHelm[] = [
  helm38,
  { ...current, client: 'helm@3.22.0' },
  { ...current, client: 'helm@4.3.1' },
]

/** What is printed, with `<digest>` in place of a digest, which is another in each run. */
export const withoutDigests = (text: string): string => text.replaceAll(/sha256:[0-9a-f]{64}/g, '<digest>')
