import { callerMay, callerRefusal } from '../../access/admission.js'
import { jsonReply, type Call, type Reply } from '../../protocol/call.js'
import type { ChartRoute } from '../../route/chart-route.js'
import { organizationFor, type ChartContext } from './context.js'
import { versionFor } from './listings.js'

/**
 * Deletes a version: every tag that leads to it. The manifest stays as one without tags does, so that what a registry
 * remembers of tags, and what is signed, is as after a deletion by OCI.
 */
export async function removeVersion(
  call: Call<Extract<ChartRoute, { readonly kind: 'chartVersion' }>>,
  context: ChartContext,
): Promise<Reply> {
  const organization = await organizationFor(context, call)
  const chart = versionFor(call, organization)
  const { repository, manifest } = chart
  if (!callerMay(call, repository, 'delete')) throw callerRefusal(call, repository, 'delete')
  for (const tag of organization.tagsOf(chart)) await context.store.deleteTag(repository, tag, call.at, manifest)
  return jsonReply(200, { deleted: true })
}
