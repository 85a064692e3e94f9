import { RegistryError } from '../protocol/errors.js'
import { mayBeAbsent, mediaTypes } from '../protocol/media-types.js'
import { isDigest, looksLikeDigest, type Digest } from '../route/names.js'
import type { ManifestEntry, ManifestPush } from './store.js'

/** What the registry reads in a manifest; the bytes themselves are kept as they came. */
export interface ParsedManifest {
  readonly mediaType: string
  readonly artifactType: string | undefined
  readonly subject: Digest | undefined
  readonly annotations: Readonly<Record<string, string>> | undefined
  /** Config and layers, in order, without those that may be absent. */
  readonly blobs: readonly Digest[]
  /** The manifests of an index. */
  readonly manifests: readonly Digest[]
  /** Everything that is named, whether it must be there or not: what garbage collection keeps. */
  readonly references: readonly Digest[]
}

type Json = Readonly<Record<string, unknown>>

const images: ReadonlySet<string> = new Set([mediaTypes.imageManifest, mediaTypes.dockerManifest])
const indexes: ReadonlySet<string> = new Set([mediaTypes.imageIndex, mediaTypes.dockerManifestList])

/**
 * Reads a manifest (image-spec 1.1 "manifest.md", "image-index.md"; Docker schema 2). A type that is none of the four
 * known ones is any JSON object, whose descriptors are not followed.
 * @param contentType The Content-Type that the client sent, or undefined: then the manifest's own `mediaType` counts.
 * @throws RegistryError MANIFEST_INVALID
 */
export function parseManifest(bytes: Buffer, contentType: string | undefined): ParsedManifest {
  const json = parseJson(bytes)
  const own = stringMember(json, 'mediaType')
  const mediaType = contentType ?? own
  if (!mediaType) throw invalid('send a Content-Type, or put a mediaType into the manifest')
  if (!mediaTypePattern.test(mediaType)) throw invalid('the media type is not <type>/<subtype>')
  if (own !== undefined && own.toLowerCase() !== mediaType.toLowerCase()) {
    throw invalid(`Content-Type is ${shorten(mediaType)}, the manifest's mediaType ${shorten(own)}`)
  }
  const isImage = images.has(mediaType)
  const isIndex = indexes.has(mediaType)
  if ((isImage || isIndex) && json['schemaVersion'] !== 2) throw invalid('schemaVersion must be 2')
  const config = isImage ? descriptor(json['config'], 'config') : undefined
  const layers = isImage ? descriptors(json['layers'], 'layers') : []
  const subject = isAbsent(json['subject']) ? undefined : descriptor(json['subject'], 'subject')
  return {
    mediaType,
    artifactType: stringMember(json, 'artifactType') || config?.mediaType,
    subject: subject && checkedDigest(subject.digest, 'subject'),
    annotations: annotationsOf(json),
    blobs: [...(config ? [config] : []), ...layers.filter((layer) => !mayBeAbsent(layer.mediaType))].map(
      ({ digest }) => digest as Digest,
    ),
    manifests: isIndex ? descriptors(json['manifests'], 'manifests').map(({ digest }) => digest as Digest) : [],
    references: referencesOf(json),
  }
}

/** What a store keeps of a manifest beside its bytes. */
export const manifestEntry = (
  { mediaType, artifactType, annotations, subject, references }: ParsedManifest,
  digest: Digest,
  size: number,
): Omit<ManifestEntry, 'at'> => ({ digest, mediaType, size, artifactType, annotations, subject, references })

/**
 * What a store is told of a manifest that is pushed: what is known of it, and what must be there with it.
 * @param digest That of the bytes.
 * @throws RegistryError MANIFEST_INVALID
 */
export function manifestPush(
  bytes: Buffer,
  digest: Digest,
  contentType: string | undefined,
): Pick<ManifestPush, 'entry' | 'bytes' | 'requires'> {
  const parsed = parseManifest(bytes, contentType)
  const { blobs, manifests } = parsed
  return { entry: manifestEntry(parsed, digest, bytes.length), bytes, requires: { blobs, manifests } }
}

// Of any type: an ORAS artifact names `blobs`, Docker schema 1 `fsLayers`.
function referencesOf(json: Json): Digest[] {
  const lists = ['layers', 'manifests', 'blobs', 'fsLayers'].map((name) => json[name])
  const named = [json['config'], ...lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : []))]
  const digests = named.map((entry) => (isObject(entry) ? (entry['digest'] ?? entry['blobSum']) : undefined))
  return [...new Set(digests.filter((digest) => typeof digest === 'string').filter(isDigest))]
}

// RFC 9110 §8.3.1: what is served as a header must be one.
const mediaTypePattern = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/

// Go writes null for what it was not given.
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

// Duplicate keys are kept: JSON.parse takes the last, as Go does.
function parseJson(bytes: Buffer): Json {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    throw new RegistryError('MANIFEST_INVALID', 'the manifest is not JSON in UTF-8', { cause: error })
  }
  if (!isObject(json)) throw invalid('the manifest is not a JSON object')
  return json
}

interface ReadDescriptor {
  readonly mediaType: string
  readonly digest: string
}

function descriptors(value: unknown, where: string): ReadDescriptor[] {
  if (value === null) return []
  if (!Array.isArray(value)) throw invalid(`${where} must be an array of descriptors`)
  return value.map((entry, index) => descriptor(entry, `${where}[${index}]`))
}

// image-spec 1.1 "descriptor.md": mediaType, digest and size are required.
function descriptor(value: unknown, where: string): ReadDescriptor {
  if (!isObject(value)) throw invalid(`${where} must be a descriptor`)
  const { mediaType, digest, size } = value
  if (typeof mediaType !== 'string') throw invalid(`${where}.mediaType must be a string`)
  if (typeof digest !== 'string' || !looksLikeDigest(digest)) throw invalid(`${where}.digest is not a digest`)
  if (/^sha(256|512):/.test(digest)) checkedDigest(digest, where)
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    throw invalid(`${where}.size must be a whole number of bytes`)
  return { mediaType, digest }
}

function checkedDigest(digest: string, where: string): Digest {
  if (isDigest(digest)) return digest
  throw invalid(`${where}.digest must be sha256:<64 hex digits> or sha512:<128 hex digits>, lower case`)
}

function stringMember(json: Json, name: string): string | undefined {
  const value = json[name]
  if (isAbsent(value)) return undefined
  if (typeof value !== 'string') throw invalid(`${name} must be a string`)
  return value
}

function annotationsOf(json: Json): Readonly<Record<string, string>> | undefined {
  const { annotations } = json
  if (isAbsent(annotations)) return undefined
  if (!isObject(annotations) || Object.values(annotations).some((value) => typeof value !== 'string')) {
    throw invalid('annotations must be an object of strings')
  }
  return annotations as Record<string, string>
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (message: string): RegistryError => new RegistryError('MANIFEST_INVALID', message)

const shorten = (text: string): string => (text.length > 128 ? `${text.slice(0, 128)}…` : text)
