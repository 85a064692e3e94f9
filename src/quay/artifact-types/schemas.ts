import { mediaTypes } from '../../protocol/media-types.js'
import { mediaTypePattern, type Schema } from './validation.js'

// The descriptions are a part of what Quay sends: a refusal shows the schema that did not hold.

/** What a descriptor's media type may be: one of a list, anything that looks like a media type, or both. */
export interface MediaTypeRule {
  readonly known?: readonly string[] | undefined
  readonly pattern: boolean
}

/** Quay's schema of an OCI image manifest (quay/quay image/oci/manifest.py). */
export function manifestSchema(config: MediaTypeRule, layers: MediaTypeRule, withSubject: boolean): Schema {
  return {
    type: 'object',
    properties: {
      ...heading('The version of the schema.', 'The media type of the schema.', mediaTypes.imageManifest),
      ...(withSubject ? { artifactType } : {}),
      config: descriptorSchema(config),
      layers: {
        type: 'array',
        description:
          'The array MUST have the base layer at index 0. Subsequent layers MUST then follow in stack order ' +
          '(i.e. from layers[0] to layers[len(layers)-1])',
        items: descriptorSchema(layers),
      },
      ...(withSubject ? { subject: descriptorSchema({ pattern: true }) } : {}),
    },
    required: ['schemaVersion', 'config', 'layers'],
  }
}

/** Quay's schema of an OCI image index (quay/quay image/oci/index.py). */
export function indexSchema(children: MediaTypeRule, platformRequired: boolean, withSubject: boolean): Schema {
  return {
    type: 'object',
    properties: {
      ...heading('The version of the index.', 'The media type of the index.', mediaTypes.imageIndex),
      ...(withSubject ? { artifactType } : {}),
      manifests: {
        type: 'array',
        description: 'The manifests field contains a list of manifests for specific platforms',
        items: descriptorSchema(children, { platform }, platformRequired ? ['platform'] : []),
      },
      ...(withSubject ? { subject: descriptorSchema({ pattern: true }) } : {}),
      annotations: {
        type: 'object',
        description: 'The annotations, if any, on this index',
        additionalProperties: true,
      },
    },
    required: ['schemaVersion', 'manifests'],
  }
}

const heading = (version: string, type: string, mediaType: string): Readonly<Record<string, Schema>> => ({
  schemaVersion: { type: 'number', description: `${version} Must always be \`2\`.`, minimum: 2n, maximum: 2n },
  mediaType: { type: 'string', description: type, enum: [mediaType] },
})

const artifactType: Schema = {
  type: 'string',
  description: 'Type of an artifact when the manifest is used for an artifact.',
}

const described = (description: string): Schema => ({ type: 'string', description })

function descriptorSchema(
  { known, pattern }: MediaTypeRule,
  more: Readonly<Record<string, Schema>> = {},
  required: readonly string[] = [],
): Schema {
  return {
    type: 'object',
    properties: {
      // From 3.9 on the pattern stands first and the list is added behind it.
      mediaType: {
        type: 'string',
        description: 'The MIME type of the referenced manifest',
        ...(pattern ? { pattern: mediaTypePattern } : {}),
        ...(known === undefined ? {} : { enum: known }),
      },
      size: {
        type: 'number',
        description:
          'The size in bytes of the object. This field exists so that a client will have an expected size for the ' +
          'content before validating. If the length of the retrieved content does not match the specified length, ' +
          'the content should not be trusted.',
      },
      digest: described('The content addressable digest of the manifest in the blob store'),
      annotations: {
        type: 'object',
        description: 'The annotations, if any, on this descriptor',
        additionalProperties: true,
      },
      urls: {
        type: 'array',
        description:
          'This OPTIONAL property specifies a list of URIs from which this object MAY be downloaded. Each entry MUST ' +
          'conform to RFC 3986. Entries SHOULD use the http and https schemes, as defined in RFC 7230.',
        items: { type: 'string' },
      },
      ...more,
    },
    required: ['mediaType', 'size', 'digest', ...required],
  }
}

const platform: Schema = {
  type: 'object',
  description: 'The platform object describes the platform which the image in the manifest runs on',
  properties: {
    architecture: described('Specifies the CPU architecture, for example amd64 or ppc64le.'),
    os: described('Specifies the operating system, for example linux or windows'),
    'os.version': described('Specifies the operating system version, for example 10.0.10586'),
    'os.features': {
      type: 'array',
      description: 'specifies an array of strings, each listing a required OS feature (for example on Windows win32k)',
      items: { type: 'string' },
    },
    variant: described(
      'Specifies a variant of the CPU, for example armv6l to specify a particular CPU variant of the ARM CPU',
    ),
    features: {
      type: 'array',
      description: 'specifies an array of strings, each listing a required CPU feature (for example sse4 or aes).',
      items: { type: 'string' },
    },
  },
  required: ['architecture', 'os'],
}
