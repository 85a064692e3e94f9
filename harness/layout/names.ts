import { isDigest, isRepositoryName, isTag, type Digest } from '../../src/route/names.js'

/** Where a manifest of a layout belongs. */
export interface LayoutName {
  readonly repository: string
  /** Undefined for one that has no tag. */
  readonly tag: string | undefined
}

type Annotations = Readonly<Record<string, unknown>>

// image-spec 1.1 "annotations.md"; what containerd and `docker save` write beside it, which is always whole.
const refName = 'org.opencontainers.image.ref.name'
const imageName = 'io.containerd.image.name'

/**
 * Reads where an index.json says that a manifest belongs: `team/app:1`, or a tag alone, which needs `repository`. A host
 * in front of it is left out.
 * @param repository Where everything belongs that the layout holds, whatever else it says; undefined when it says so.
 * @returns Undefined when it says nothing.
 * @throws Error for a name that is none, or a tag alone when there is no repository.
 */
export function readName(annotations: Annotations | undefined, repository: string | undefined): LayoutName | undefined {
  const [full, name] = [annotations?.[imageName], annotations?.[refName]]
  const text = [full, name].find((one): one is string => typeof one === 'string' && one !== '')
  if (text === undefined) return repository === undefined ? undefined : { repository, tag: undefined }
  const read = readFull(text)
  if (repository !== undefined) {
    const tag = typeof name === 'string' && isTag(name) ? name : read?.tag
    return { repository, tag }
  }
  if (read) return read
  throw new Error(
    isTag(text)
      ? `the layout names ${text} without a repository: say which, as { repository: 'team/app' }`
      : `the layout names ${JSON.stringify(text)}, which is no REPOSITORY:TAG`,
  )
}

function readFull(text: string): LayoutName | undefined {
  const [, path = '', tag] = /^(.*?)(?::([^:/@]+))?(?:@([^@]+))?$/.exec(text) ?? []
  const [first = '', ...rest] = path.split('/')
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const repository = hasHost ? rest.join('/') : path
  const isFull = text !== path || text.includes('/')
  return isFull && isRepositoryName(repository) && (tag === undefined || isTag(tag)) ? { repository, tag } : undefined
}

/** What an index.json says of a manifest so that `readName` finds it again. */
export function writeName({ repository, tag }: LayoutName, digest: Digest): Record<string, string> {
  if (!isDigest(digest)) throw new TypeError(`${String(digest)} is no digest`)
  return { [refName]: tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}` }
}
