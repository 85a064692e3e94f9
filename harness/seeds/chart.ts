import { checkMembers, isBoolean, isObject, isText, isTextMap, isTexts, type Check, type Checks } from '../checks.js'
import { filesWords, isFiles, type Files } from './content.js'
import { kind } from './kinds.js'

/** A chart that another one needs (Helm's documentation, "The Chart.yaml File"). */
export interface ChartDependency {
  readonly name: string
  readonly version?: string | undefined
  readonly repository?: string | undefined
  readonly condition?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly alias?: string | undefined
}

export interface ChartOptions {
  /** @default the last part of the repository's name */
  readonly name?: string | undefined
  /** @default the tag, if it is a version, or '0.1.0' */
  readonly version?: string | undefined
  readonly appVersion?: string | undefined
  readonly description?: string | undefined
  readonly type?: 'application' | 'library' | undefined
  readonly kubeVersion?: string | undefined
  readonly home?: string | undefined
  readonly icon?: string | undefined
  readonly sources?: readonly string[] | undefined
  readonly keywords?: readonly string[] | undefined
  readonly maintainers?:
    | readonly { readonly name: string; readonly email?: string | undefined; readonly url?: string | undefined }[]
    | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly deprecated?: boolean | undefined
  readonly dependencies?: readonly ChartDependency[] | undefined
  /** values.yaml: an object, or its text. @default none */
  readonly values?: Readonly<Record<string, unknown>> | string | undefined
  /** Text by the names of files in `templates/`. @default a ConfigMap */
  readonly templates?: Readonly<Record<string, string>> | undefined
  /** Other files of the chart, by their paths in it, such as `README.md` or `values.schema.json`. */
  readonly files?: Files | undefined
}

/** A description of a Helm chart. */
export interface ChartSpec {
  readonly [kind]: 'chart'
  /** Of a chart that is made: what it says. */
  readonly options: ChartOptions
  /** Of a chart that there is: the folder or package that it is read from. */
  readonly source: string | undefined
}

/**
 * A Helm chart to be seeded, as `helm push` pushes it.
 * @param given A few lines of what is in it, or the path of a chart's folder or package.
 * @throws TypeError that names a wrong option and what it may be.
 */
export function chart(given: ChartOptions | string = {}): ChartSpec {
  if (isText(given)) return { [kind]: 'chart', options: {}, source: given as string }
  if (!isObject(given)) throw new TypeError("start-registry: chart(…) takes options, or the path of a chart's folder")
  checkMembers(given as ChartOptions, checks, ' of chart(…)')
  return { [kind]: 'chart', options: given as ChartOptions, source: undefined }
}

const isListOfNamed: Check = (value) =>
  Array.isArray(value) && value.every((one: { name?: unknown } | null) => isText(one?.name))
const isWord = [isText, 'text'] as const
const isList = [isTexts, 'an array of text'] as const

const checks: Checks<ChartOptions> = {
  name: isWord,
  version: isWord,
  appVersion: isWord,
  description: isWord,
  type: [(value) => value === 'application' || value === 'library', "'application' or 'library'"],
  kubeVersion: isWord,
  home: isWord,
  icon: isWord,
  sources: isList,
  keywords: isList,
  maintainers: [isListOfNamed, 'an array of { name, email?, url? }'],
  annotations: [isTextMap, 'an object of text'],
  deprecated: [isBoolean, 'true or false'],
  dependencies: [isListOfNamed, 'an array of { name, version?, repository?, condition?, tags?, alias? }'],
  values: [(value) => typeof value === 'string' || isObject(value), 'an object or YAML'],
  templates: [isTextMap, 'an object of text, by the names of files'],
  files: [isFiles, filesWords],
}
