import { checkMembers, isObject, isText, isTextMap, isTexts, oneOf, type Check, type Checks } from '../checks.js'
import { contentWords, filesWords, isContent, isFiles, type Content, type Files, type RandomBytes } from './content.js'
import { isOfKind, kind } from './kinds.js'

/** How a layer's tar is packed. Nothing is made smaller: bytes are stored, so that digests are the same everywhere. */
export type Compression = 'gzip' | 'zstd' | 'none'

export interface LayerOptions {
  /** @default the image's */
  readonly compression?: Compression | undefined
  /** Given, the content is the layer as it is, which need not be a tar. */
  readonly mediaType?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** A layer that is not as layers are by default. */
export interface LayerSpec extends LayerOptions {
  readonly [kind]: 'layer'
  readonly content: Files | Content
}

/** What a layer is made from. */
export type LayerContent = Files | RandomBytes | Uint8Array | LayerSpec

export interface ImageOptions {
  /** Each is files by their paths, random bytes (a tar with one file), or a tar. @default one file with the image's name */
  readonly layers?: readonly LayerContent[] | undefined
  /** `os/architecture`, or `os/architecture/variant`. @default 'linux/amd64' */
  readonly platform?: `${string}/${string}` | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly entrypoint?: readonly string[] | undefined
  readonly cmd?: readonly string[] | undefined
  readonly user?: string | undefined
  readonly workdir?: string | undefined
  /** Such as `80/tcp`. */
  readonly ports?: readonly string[] | undefined
  readonly volumes?: readonly string[] | undefined
  /** What each layer was made by; false for an image without a history. @default true: something for each layer */
  readonly history?: boolean | readonly string[] | undefined
  /** @default 'gzip' */
  readonly compression?: Compression | undefined
  /** @default 'oci' */
  readonly format?: 'oci' | 'docker' | undefined
  /** When it was made, by RFC 3339. @default that of the seed */
  readonly created?: string | undefined
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly artifactType?: string | undefined
  /** The name of what this is about, in the same repository. */
  readonly subject?: string | undefined
  /** Members of the config that stand beside or instead of those that are made. */
  readonly config?: Readonly<Record<string, unknown>> | undefined
}

/** A description of an image. */
export interface ImageSpec extends ImageOptions {
  readonly [kind]: 'image'
}

/**
 * An image to be seeded.
 * @throws TypeError that names a wrong option and what it may be.
 */
export function image(options: ImageOptions = {}): ImageSpec {
  checkMembers(options, imageChecks, ' of image(…)')
  const { history, layers } = options
  if (Array.isArray(history) && history.length < (layers?.length ?? 1)) {
    throw new TypeError('start-registry: history of image(…) must have a step for each layer')
  }
  if (options.format === 'docker') {
    const wrong = ociOnly.find((name) => options[name] !== undefined)
    if (wrong !== undefined) throw new TypeError(`start-registry: Docker's format of images has no ${wrong}`)
    const compressions = [options.compression, ...(options.layers ?? []).map(compressionOf)]
    if (compressions.includes('zstd')) throw new TypeError("start-registry: Docker's format of images has no zstd")
  }
  return { [kind]: 'image', ...options }
}

/** A layer with a compression, annotations or a media type of its own. @throws TypeError that names what is wrong. */
export function layer(content: Files | Content, options: LayerOptions = {}): LayerSpec {
  if (!isFiles(content) && !isContent(content)) {
    throw new TypeError(`start-registry: layer(…) takes ${filesWords}, or ${contentWords}`)
  }
  checkMembers(options, layerChecks, ' of layer(…)')
  return { [kind]: 'layer', content, ...options }
}

const ociOnly = ['annotations', 'artifactType', 'subject'] as const

const compressionOf = (one: LayerContent): Compression | undefined =>
  isOfKind(one, 'layer') ? (one as LayerSpec).compression : undefined

/** Whether text is a platform as images have it. */
export const isPlatform: Check = (value) => typeof value === 'string' && /^[\w.-]+\/[\w.-]+(?:\/[\w.-]+)?$/.test(value)
export const platformWords = "os/architecture, such as 'linux/arm64'"

const isLayer: Check = (value) => isFiles(value) || value instanceof Uint8Array || isOfKind(value, 'random', 'layer')
const isCompression = [oneOf('gzip', 'zstd', 'none'), "'gzip', 'zstd' or 'none'"] as const
const isMap = [isTextMap, 'an object of text'] as const
const isList = [isTexts, 'an array of text'] as const
const isWord = [isText, 'text'] as const

const layerChecks: Checks<LayerOptions> = {
  compression: isCompression,
  mediaType: isWord,
  annotations: isMap,
}

const imageChecks: Checks<ImageOptions> = {
  layers: [
    (value) => Array.isArray(value) && value.every(isLayer),
    `an array of random(…), layer(…), tars, and ${filesWords}`,
  ],
  platform: [isPlatform, platformWords],
  labels: isMap,
  env: isMap,
  entrypoint: isList,
  cmd: isList,
  user: isWord,
  workdir: isWord,
  ports: isList,
  volumes: isList,
  history: [(value) => typeof value === 'boolean' || isTexts(value), 'true, false or an array of text'],
  compression: isCompression,
  format: [oneOf('oci', 'docker'), "'oci' or 'docker'"],
  created: [
    (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
    "a time such as '2026-01-02T03:04:05Z'",
  ],
  annotations: isMap,
  artifactType: isWord,
  subject: [isText, 'the name of something in the same repository'],
  config: [isObject, 'an object'],
}
