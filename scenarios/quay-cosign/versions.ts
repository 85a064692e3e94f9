import { cosign1, cosign2, type Cosign } from '../cosign/versions.js'

/** A version of cosign in front of Quay: how it is called, and what it prints. */
export interface QuayCosign {
  readonly cosign: Cosign
  /** The words of `cosign sign`, up to the key. */
  readonly sign: readonly string[]
  /** The words of `cosign verify`, up to the key. */
  readonly verify: readonly string[]
  /** What it says of an image that it may not see. */
  readonly unauthorized: (image: string, request: string) => string
  /** What it says of a signature that Quay does not take. */
  readonly refused: (image: string, request: string) => string
  /** Where it says it pushes a signature to. */
  readonly pushing: (repository: string, tag: string) => string
}

/** What the documentation's error ends in. */
const notAuthorized = 'UNAUTHORIZED: access to the requested resource is not authorized; map[]'

/** What Quay says of OCI's media types when it takes none. */
const notSupported = 'MANIFEST_INVALID: manifest invalid; map[message:manifest schema version not supported]'

/** The version of the documentation, whose flags have one dash, and a newer one. */
export const quayCosigns: readonly QuayCosign[] = [
  {
    cosign: cosign1,
    sign: ['-key'],
    verify: ['-key'],
    unauthorized: (image, request) => `error: signing ${image}: getting remote image: ${request}: ${notAuthorized}`,
    refused: (image, request) => `error: signing ${image}: uploading: ${request}: ${notSupported}`,
    pushing: (repository, tag) => `Pushing signature to: ${repository}:${tag}`,
  },
  {
    cosign: cosign2,
    sign: [...cosign2.signing, '--key'],
    verify: [...cosign2.verifying, '--key'],
    unauthorized: (image, request) => `Error: signing [${image}]: accessing entity: ${request}: ${notAuthorized}`,
    refused: (image, request) =>
      `Error: signing [${image}]: recursively signing: signing digest: ${request}: ${notSupported}`,
    pushing: (repository) => `Pushing signature to: ${repository}`,
  },
]
