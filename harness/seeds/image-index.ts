import { checkMembers, isObject, isText, isTextMap, oneOf, type Checks } from '../checks.js'
import { image, isPlatform, platformWords, type ImageSpec } from './image.js'
import { isOfKind, kind } from './kinds.js'
import { isSeedable, type Seedable } from './plan.js'

export interface IndexOptions {
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly artifactType?: string | undefined
  /** The name of what this is about, in the same repository. */
  readonly subject?: string | undefined
  /** Docker's is a manifest list. @default 'oci' */
  readonly format?: 'oci' | 'docker' | undefined
}

/** What an index holds: descriptions or names, in order, or by platform. */
export type IndexChildren =
  readonly (Seedable | string)[] | { readonly [platform: `${string}/${string}`]: Seedable | string }

/** One of an index. */
export interface IndexChild {
  readonly of: Seedable | string
  /** What the index says that it runs on. @default what an image says */
  readonly platform: string | undefined
}

/** A description of an index. */
export interface IndexSpec extends IndexOptions {
  readonly [kind]: 'index'
  readonly children: readonly IndexChild[]
}

/**
 * An index (Docker: a manifest list) to be seeded.
 * @param children Images and others, as an array, or by platform: an image that does not say its own is made for it.
 * @throws TypeError that names what is wrong.
 */
export function index(children: IndexChildren, options: IndexOptions = {}): IndexSpec {
  const all = Array.isArray(children)
    ? (children as readonly (Seedable | string)[]).map((of): IndexChild => ({ of, platform: undefined }))
    : Object.entries(isObject(children) ? children : {}).map(([platform, of]) => forPlatform(platform, of))
  if (!isObject(children) || !all.every(({ of }) => isSeedable(of) || isText(of))) {
    throw new TypeError('start-registry: index(…) takes an array, or an object by platform, of images or their names')
  }
  checkMembers(options, checks, ' of index(…)')
  if (options.format === 'docker') {
    const wrong = (['annotations', 'artifactType', 'subject'] as const).find((name) => options[name] !== undefined)
    if (wrong !== undefined) throw new TypeError(`start-registry: Docker's manifest lists have no ${wrong}`)
  }
  return { [kind]: 'index', children: all, ...options }
}

function forPlatform(platform: string, of: Seedable | string): IndexChild {
  if (!isPlatform(platform)) {
    throw new TypeError(`start-registry: ${JSON.stringify(platform)} in index(…) must be ${platformWords}`)
  }
  if (!isOfKind(of, 'image') || (of as ImageSpec).platform !== undefined) return { of, platform }
  const { [kind]: _, ...options } = of as ImageSpec
  return { of: image({ ...options, platform: platform as `${string}/${string}` }), platform }
}

const checks: Checks<IndexOptions> = {
  annotations: [isTextMap, 'an object of text'],
  artifactType: [isText, 'text'],
  subject: [isText, 'the name of something in the same repository'],
  format: [oneOf('oci', 'docker'), "'oci' or 'docker'"],
}
