import { isDigest, isRepositoryName, isTag, type Reference } from '../route/names.js'

/** A repository of a registry. */
export interface RepositoryReference {
  /** Host and port, as logins are kept under: `127.0.0.1:5000`. */
  readonly registry: string
  readonly repository: string
}

/** An image, chart or other artifact of a registry. */
export type ImageReference = RepositoryReference & Reference

const hub = 'index.docker.io'

/**
 * Reads a name as cosign does (go-containerregistry "name"): `host[:port]/repository[:tag][@digest]`; `latest` without
 * tag and digest; a tag beside a digest says nothing. What cosign takes for Docker Hub without a word must be written
 * out here: nobody should reach another registry by having forgotten a host.
 * @throws TypeError that says what is wrong with the text.
 */
export function parseReference(text: string): ImageReference {
  const [name = '', digest, ...more] = text.split('@')
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) {
    throw new TypeError(`${quote(text)}: behind @ stands sha256: and 64 hex digits, or sha512: and 128, in lower case`)
  }
  const colon = name.lastIndexOf(':')
  const tagged = colon > name.lastIndexOf('/')
  const tag = tagged ? name.slice(colon + 1) : undefined
  if (tag !== undefined && !isTag(tag)) {
    throw new TypeError(`${quote(text)}: a tag is 1 to 128 letters, digits, _ . or -, and begins with none of . and -`)
  }
  const repository = parseRepository(tagged ? name.slice(0, colon) : name, text)
  return { ...repository, ...(digest === undefined ? { tag: tag ?? 'latest' } : { digest }) }
}

/** Reads `host[:port]/repository`. @param shown What to quote in errors. @throws TypeError */
export function parseRepository(text: string, shown: string = text): RepositoryReference {
  const slash = text.indexOf('/')
  const host = text.slice(0, Math.max(slash, 0))
  if (!/[.:]/.test(host) && host !== 'localhost') {
    throw new TypeError(`${quote(shown)} names no registry: write HOST:PORT/… in front, or docker.io/… for Docker Hub`)
  }
  if (!hostPattern.test(host)) throw new TypeError(`${quote(shown)}: ${quote(host)} is not a host with a port`)
  const path = text.slice(slash + 1)
  const registry = host === 'docker.io' ? hub : host
  const repository = registry === hub && !path.includes('/') ? `library/${path}` : path
  if (!isRepositoryName(repository)) {
    throw new TypeError(
      `${quote(shown)}: a repository name is lower-case letters and digits, with single . _ or - between them and / between parts`,
    )
  }
  return { registry, repository }
}

/** A reference as people write it. */
export const formatReference = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`

/**
 * Whether a host, with or without a port, is this machine whatever the network is: only there may what is not
 * encrypted be spoken.
 */
export const isLoopback = (host: string): boolean =>
  /^(?:(?:[a-z\d-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host)

const hostPattern = /^(?:\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::\d{1,5})?$/i

const quote = (text: string): string => JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text)
