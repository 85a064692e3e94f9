/** What a Chart.yaml says (helm, pkg/chart/metadata.go). */
export interface ChartMetadata {
  readonly name: string
  readonly version: string
  readonly [member: string]: unknown
}

// In the order of helm's type, in which it writes the config.
const members = [
  'name',
  'home',
  'sources',
  'version',
  'description',
  'keywords',
  'maintainers',
  'icon',
  'apiVersion',
  'condition',
  'tags',
  'appVersion',
  'deprecated',
  'annotations',
  'kubeVersion',
  'dependencies',
  'type',
] as const

/** The config of a chart: what helm knows of its metadata. */
export const configOf = (metadata: ChartMetadata): Readonly<Record<string, unknown>> =>
  Object.fromEntries(members.flatMap((name) => (metadata[name] === undefined ? [] : [[name, metadata[name]]])))

/** What the manifest says of a chart (helm, pkg/registry/chart.go), in the order in which Go writes it. */
export function annotationsOf(metadata: ChartMetadata, created: string): Readonly<Record<string, string>> {
  const { annotations, description, home, sources, maintainers } = metadata
  const [source] = Array.isArray(sources) ? (sources as unknown[]) : []
  const oci = {
    authors: Array.isArray(maintainers) ? maintainers.map(person).join(', ') : undefined,
    created,
    description,
    source,
    title: metadata.name,
    url: home,
    version: metadata.version,
  }
  const all = [
    ...Object.entries((annotations ?? {}) as Readonly<Record<string, unknown>>),
    ...Object.entries(oci).map(([name, value]) => [`org.opencontainers.image.${name}`, value] as const),
  ]
  const texts = all.filter((one): one is [string, string] => typeof one[1] === 'string' && one[1] !== '')
  return Object.fromEntries(texts.toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right))))
}

const person = ({ name, email }: { readonly name: string; readonly email?: string }): string =>
  email ? `${name} (${email})` : name
