import { checkMembers, isObject, isText, isTextMap, type Check, type Checks } from '../checks.js'
import { contentWords, isContent, type Content } from './content.js'
import { kind } from './kinds.js'

/** A file of an artifact that is not as they are by default. */
export interface ArtifactFile {
  readonly content: Content
  /** @default 'application/octet-stream' */
  readonly mediaType?: string | undefined
  /** Beside its name. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

export interface ArtifactOptions {
  /** What kind of artifact it is, as a media type. */
  readonly type: string
  /** Its files, by their names. @default none */
  readonly files?: Readonly<Record<string, Content | ArtifactFile>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** The name of what this is about, in the same repository. */
  readonly subject?: string | undefined
  /** A config, whose media type is then the artifact's type too. @default the empty one of image-spec 1.1 */
  readonly config?: { readonly mediaType: string; readonly content: Content } | undefined
}

/** A description of an artifact. */
export interface ArtifactSpec extends ArtifactOptions {
  readonly [kind]: 'artifact'
}

/**
 * An artifact to be seeded, such as an SBOM: files in a manifest with a type, as `oras push` and `oras attach` make it.
 * @throws TypeError that names a wrong option and what it may be.
 */
export function artifact(options: ArtifactOptions): ArtifactSpec {
  if (!isObject(options) || options.type === undefined) throw new TypeError('start-registry: artifact(…) needs a type')
  checkMembers(options, checks, ' of artifact(…)')
  return { [kind]: 'artifact', ...options }
}

const isMediaType: Check = (value) => typeof value === 'string' && /^[^/\s]+\/[^/\s]+$/.test(value)

/** Whether a file is given with more than its content. */
export const isArtifactFile = (value: unknown): value is ArtifactFile =>
  isObject(value) && !isContent(value) && isContent((value as Partial<ArtifactFile>).content)

const isFiles: Check = (value) =>
  isObject(value) && Object.values(value as object).every((one) => isContent(one) || isArtifactFile(one))

const isConfig: Check = (value) => isArtifactFile(value) && isMediaType((value as Partial<ArtifactFile>).mediaType)

const checks: Checks<ArtifactOptions> = {
  type: [isMediaType, 'a media type'],
  files: [isFiles, `an object of names with ${contentWords}, or { content, mediaType?, annotations? }`],
  annotations: [isTextMap, 'an object of text'],
  subject: [isText, 'the name of something in the same repository'],
  config: [isConfig, '{ mediaType, content }'],
}
