import { ChartError } from './chart-error.js'
import { dependenciesOf, metadataOf, type ChartMetadata, type Dependency } from './metadata.js'
import { unpackChart, type ChartFile, type ChartLimits } from './unpack.js'
import { parseYaml } from './yaml.js'

/** A chart, as its package has it. All of it is text of whoever pushed it. */
export interface Chart {
  readonly metadata: ChartMetadata
  /** values.yaml, as it is written. */
  readonly values: string | undefined
  /** README.md */
  readonly readme: string | undefined
  /** Chart.lock, or requirements.lock of a chart of the first version: what versions the dependencies have. */
  readonly lock: string | undefined
  /** What it needs: of Chart.yaml, or of requirements.yaml of a chart of the first version. */
  readonly dependencies: readonly Dependency[]
  /** Every file, in the order of the archive. */
  readonly files: readonly ChartFile[]
}

const wanted: ReadonlySet<string> = new Set([
  'Chart.yaml',
  'values.yaml',
  'README.md',
  'Chart.lock',
  'requirements.yaml',
  'requirements.lock',
])

/**
 * Reads a chart from its package: the bytes of a layer of the type `application/vnd.cncf.helm.chart.content.v1.tar+gzip`.
 * @throws ChartError that says in words what is wrong with it, and which of the limits does not hold.
 */
export async function readChart(bytes: Uint8Array, limits: ChartLimits = {}): Promise<Chart> {
  const { files, contents } = await unpackChart(bytes, wanted, limits)
  const textOf = (path: string): string | undefined =>
    contents
      .get(path)
      ?.toString('utf8')
      .replace(/^\ufeff/, '')
  const chartFile = textOf('Chart.yaml')
  if (chartFile === undefined) throw new ChartError('the package has no Chart.yaml in its folder')
  const metadata = metadataOf(await parseYaml(chartFile, 'Chart.yaml'))
  const requirements = metadata.dependencies ? undefined : textOf('requirements.yaml')
  return {
    metadata,
    values: textOf('values.yaml'),
    readme: textOf('README.md'),
    lock: textOf('Chart.lock') ?? textOf('requirements.lock'),
    dependencies: metadata.dependencies ?? (await requirementsOf(requirements)),
    files,
  }
}

async function requirementsOf(text: string | undefined): Promise<readonly Dependency[]> {
  const value = text === undefined ? undefined : await parseYaml(text, 'requirements.yaml')
  return value === undefined || value === null ? [] : (dependenciesOf(value) ?? [])
}
