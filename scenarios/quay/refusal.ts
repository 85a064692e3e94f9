/** A media type that a Quay has not on its list. */
export interface Unknown {
  /** What has it: a manifest's config, or its first layer. */
  readonly of: 'config' | 'layer'
  readonly type: string
  /** The list. */
  readonly welcome: readonly string[]
  /** Whether the version asks of every media type that it look like one: from 3.9 on. */
  readonly pattern?: boolean
}

/** Layers that every Quay takes since 3.6, in the order of its messages; zstd is one of them. */
export const builtinLayers: readonly string[] = [
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
]

/** What Quay says of it, in the words of Python's jsonschema. */
export function refusal({ of, type, welcome, pattern = false }: Unknown): string {
  const [schema, instance] =
    of === 'config'
      ? ["['properties']['config']", "['config']"]
      : ["['properties']['layers']['items']", "['layers'][0]"]
  const quoted = welcome.map((one) => `'${one}'`)
  return `failed to parse manifest: manifest data does not match schema: '${type}' is not one of [${quoted.join(', ')}]

Failed validating 'enum' in schema${schema}['properties']['mediaType']:
    {'description': 'The MIME type of the referenced manifest',
     'enum': [${quoted.join(',\n              ')}],
${pattern ? String.raw`     'pattern': '\\w+/[-.\\w]+(?:\\+[-.\\w]+)?',` + '\n' : ''}     'type': 'string'}

On instance${instance}['mediaType']:
    '${type}'`
}

/** How clients that are built on oras-go print it. */
export const inOrasWords = (unknown: Unknown): string =>
  `manifest invalid: manifest invalid: map[message:${refusal(unknown)}]`

/** How clients that are built on go-containerregistry print it. */
export const inCosignWords = (unknown: Unknown): string =>
  `MANIFEST_INVALID: manifest invalid; map[message:${refusal(unknown)}]`
