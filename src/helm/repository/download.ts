import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import type { ChartRoute } from '../../route/chart-route.js'
import { callFor, organizationFor, seenBy, type ChartContext } from './context.js'

/** A chart's package, or its provenance: the layer that was pushed, whole or in ranges. */
export async function getFile(
  call: Call<Extract<ChartRoute, { readonly kind: 'chartFile' }>>,
  context: ChartContext,
): Promise<Reply> {
  const { file, provenance } = call.route
  const organization = await organizationFor(context, call)
  const chart = organization.find(file, seenBy(call))
  const layer = provenance ? chart?.provenance : chart?.chart
  if (!chart || !layer) throw new RegistryError('NOT_FOUND', `no such file: ${file}${provenance ? '.prov' : ''}`)
  const { repository, manifest } = chart
  // Who may not pull the manifest may not have what is in it.
  await context.forward(callFor(call, 'HEAD', { kind: 'manifest', repository, reference: { digest: manifest } }))
  const blob = { kind: 'blob', repository, digest: layer.digest } as const
  const reply = await context.forward(callFor(call, call.method, blob, { headers: call.headers }))
  const type = provenance ? 'application/pgp-signature' : 'application/gzip'
  // One in several ranges has a type of its own.
  const isWhole = reply.headers['Content-Type'] === 'application/octet-stream'
  return { ...reply, headers: { ...reply.headers, ...(isWhole && { 'Content-Type': type }) } }
}
