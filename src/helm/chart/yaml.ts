import { ChartError } from './chart-error.js'

/**
 * Reads a YAML file of a chart as Helm's parser does (YAML 1.1, dates as they are written).
 * @param name What to call it in an error.
 * @throws ChartError for what is no YAML, and for one whose aliases make more of it than there is.
 */
export async function parseYaml(text: string, name: string): Promise<unknown> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, {
    version: '1.1',
    logLevel: 'silent',
    prettyErrors: false,
    stringKeys: true,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
  })
  const [error] = document.errors
  if (error) throw new ChartError(`${name}: ${error.message}`)
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (failure) {
    throw new ChartError(`${name}: ${(failure as Error).message}`, failure)
  }
}
