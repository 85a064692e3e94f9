import { mediaTypes } from '../../../src/protocol/media-types.js'
import { isArtifactFile, type ArtifactSpec } from '../artifact.js'
import { bytesOf } from './bytes.js'
import { blobOf, describeBlob, madeOf, subjectMember, type Blob, type Made } from './made.js'
import { part, type Place } from './place.js'

const title = 'org.opencontainers.image.title'

/** Makes an artifact (image-spec 1.1 "Guidelines for Artifact Usage"): without files it has one empty layer. */
export function makeArtifact(spec: ArtifactSpec, subject: Made | undefined, place: Place): Made {
  const { type, annotations } = spec
  const empty = blobOf(Buffer.from('{}'))
  const config = spec.config
    ? { blob: blobOf(bytesOf(spec.config.content, part(place, 'config'))), mediaType: spec.config.mediaType }
    : { blob: empty, mediaType: mediaTypes.emptyConfig }
  const files = Object.entries(spec.files ?? {}).map(([name, given]) => {
    const {
      content,
      mediaType = mediaTypes.bytes,
      annotations: more,
    } = isArtifactFile(given) ? given : { content: given }
    const blob = blobOf(bytesOf(content, part(place, name)))
    return { blob, descriptor: describeBlob(blob, mediaType, { [title]: name, ...more }) }
  })
  const layers = files.length > 0 ? files : [{ blob: empty, descriptor: describeBlob(empty, mediaTypes.emptyConfig) }]
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    artifactType: type,
    config: describeBlob(config.blob, config.mediaType),
    layers: layers.map(({ descriptor }) => descriptor),
    ...subjectMember(subject),
    ...(annotations && { annotations }),
  }
  return madeOf(manifest, {
    config: jsonOf(config.blob),
    blobs: [config.blob, ...layers.map(({ blob }) => blob)],
  })
}

// Any bytes can be a config.
function jsonOf({ bytes }: Blob): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
