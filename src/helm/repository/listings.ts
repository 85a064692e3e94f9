import { emptyReply, jsonReply, type Call, type Reply } from '../../protocol/call.js'
import { entityTag, hasCopy } from '../../protocol/entity-tag.js'
import { RegistryError } from '../../protocol/errors.js'
import type { ChartRoute } from '../../route/chart-route.js'
import type { ChartVersion } from '../index/chart-version.js'
import type { Organization } from '../index/organization.js'
import { organizationFor, seenBy, type ChartContext } from './context.js'

type CallOf<K extends ChartRoute['kind']> = Call<Extract<ChartRoute, { readonly kind: K }>>

/** The index.yaml of an organization, with what whoever asks may pull (helm.sh, "The Chart Repository Guide"). */
export async function getIndex(call: CallOf<'chartIndex'>, context: ChartContext): Promise<Reply> {
  const organization = await organizationFor(context, call)
  const { body, digest } = organization.document(seenBy(call))
  // What is seen depends on who asks.
  const headers = { ETag: entityTag(digest), 'Cache-Control': 'no-cache', Vary: 'Authorization' }
  if (hasCopy(call.headers, digest)) return emptyReply(304, headers)
  return {
    status: 200,
    headers: { 'Content-Type': 'application/yaml', 'Content-Length': body.length, ...headers },
    body,
  }
}

/** All charts, as ChartMuseum lists them: names with their versions, the newest first. */
export async function listCharts(call: CallOf<'charts'>, context: ChartContext): Promise<Reply> {
  const organization = await organizationFor(context, call)
  const charts = [...organization.charts(seenBy(call))]
  return jsonReply(200, Object.fromEntries(charts.map(([name, versions]) => [name, versions.map(entryOf)])))
}

/** The versions of one chart. */
export async function listVersions(call: CallOf<'chartVersions'>, context: ChartContext): Promise<Reply> {
  const organization = await organizationFor(context, call)
  const versions = organization.versions(call.route.name, seenBy(call))
  if (versions.length === 0) throw chartNotFound()
  return jsonReply(200, versions.map(entryOf))
}

/** One version of a chart; `latest` is the newest that is no prerelease. */
export async function getVersion(call: CallOf<'chartVersion'>, context: ChartContext): Promise<Reply> {
  const organization = await organizationFor(context, call)
  return jsonReply(200, entryOf(versionFor(call, organization)))
}

/** The chart that a call names. @throws RegistryError when there is none that its caller may see. */
export function versionFor(call: CallOf<'chartVersion'>, organization: Organization): ChartVersion {
  const { name, version } = call.route
  const versions = organization.versions(name, seenBy(call))
  if (versions.length === 0) throw chartNotFound()
  const found =
    version === 'latest'
      ? versions.find((one) => one.version.prerelease.length === 0)
      : versions.find(({ metadata }) => metadata.version === version)
  if (found) return found
  throw new RegistryError('NOT_FOUND', `no chart version found for ${name}-${version}`)
}

const entryOf = ({ entry }: ChartVersion): unknown => entry

const chartNotFound = (): RegistryError => new RegistryError('NOT_FOUND', 'chart not found')
