import { isDigest, isRepositoryName, isTag, type Digest } from '../../src/route/names.js'

/** A name of a plan, read. One of the last three is set. */
export interface SeedName {
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: Digest | undefined
  /** What is called so in its plan alone. */
  readonly word: string | undefined
  /** The name as all its spellings are compared. */
  readonly canonical: string
}

/**
 * Reads `team/app:1`, `team/app` (its tag is `otherwise`), `team/app@sha256:…` or `team/app@word`.
 * @throws TypeError that says what is wrong with the text.
 */
export function readName(text: string, otherwise = 'latest'): SeedName {
  const at = text.indexOf('@')
  const colon = text.indexOf(':')
  const repository = text.slice(0, at >= 0 ? at : colon >= 0 ? colon : undefined)
  if (!isRepositoryName(repository)) {
    const rule = 'lower-case letters and digits, with single . _ or - between them and / between parts'
    throw new TypeError(`start-registry: ${JSON.stringify(text)} in a seed: a repository name is ${rule}`)
  }
  const behind = at >= 0 ? text.slice(at + 1) : colon >= 0 ? text.slice(colon + 1) : otherwise
  if (at < 0 || !isDigest(behind)) {
    if (!isTag(behind)) {
      const rule = 'is 1 to 128 letters, digits, _ . or -, and begins with none of . and -'
      const what = at < 0 ? 'a tag' : 'a digest, or a name for what has no tag,'
      throw new TypeError(`start-registry: ${JSON.stringify(text)} in a seed: ${what} ${rule}`)
    }
  }
  const canonical = at < 0 ? `${repository}:${behind}` : text
  const none = { tag: undefined, digest: undefined, word: undefined }
  if (at < 0) return { repository, ...none, tag: behind, canonical }
  return isDigest(behind)
    ? { repository, ...none, digest: behind, canonical }
    : { repository, ...none, word: behind, canonical }
}
