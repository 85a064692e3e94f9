/** A content digest such as `sha256:<64 lower-case hex>`; only ever made by checking text. */
export type Digest = `${Algorithm}:${string}`
export type Algorithm = 'sha256' | 'sha512'

/** What a manifest is asked for by: one of the two is set (distribution-spec 1.1 "reference"). */
export type Reference =
  { readonly tag: string; readonly digest?: never } | { readonly digest: Digest; readonly tag?: never }

// distribution-spec 1.1 "Pulling manifests" gives both patterns. The name's is linear: separators never overlap.
const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/
// image-spec "Digests": any algorithm that somebody may have registered, for errors that can tell the two apart.
const digestShape = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/

/** Whether text is a repository name of at most 255 characters. */
export const isRepositoryName = (text: string): boolean => text.length <= 255 && namePattern.test(text)

/** Whether text is a tag: at most 128 characters of `[a-zA-Z0-9_.-]`, not starting with `.` or `-`. */
export const isTag = (text: string): boolean => tagPattern.test(text)

/** Whether text is a digest of an algorithm that we can check. Lower-case hex of the exact length. */
export const isDigest = (text: string): text is Digest => digestPattern.test(text)

/** Whether text has the shape of a digest of any algorithm: what is refused with DIGEST_INVALID, and not as a tag. */
export const looksLikeDigest = (text: string): boolean => digestShape.test(text)

/** The algorithm of a digest: what stands before the colon. */
export const algorithmOf = (digest: Digest): Algorithm => (digest.startsWith('sha256:') ? 'sha256' : 'sha512')

/** The lower-case hex of a digest: what stands behind the colon. */
export const hexOf = (digest: Digest): string => digest.slice(7)
