import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import type { ChartRoute } from '../../route/chart-route.js'
import type { Store } from '../../store/store.js'
import { Organizations } from '../index/organizations.js'
import type { ChartContext } from './context.js'
import { getFile } from './download.js'
import { getIndex, getVersion, listCharts, listVersions } from './listings.js'
import { removeVersion } from './removal.js'
import { uploadChart, uploadProvenance } from './upload.js'

type Handlers = {
  readonly [K in ChartRoute['kind']]: Readonly<
    Partial<
      Record<
        'GET' | 'POST' | 'DELETE',
        (call: Call<Extract<ChartRoute, { readonly kind: K }>>, context: ChartContext) => Promise<Reply>
      >
    >
  >
}

/** Every page of a classic repository: which methods it answers, and who answers. HEAD goes where GET does. */
export const chartEndpoints: Handlers = {
  chartIndex: { GET: getIndex },
  chartFile: { GET: getFile },
  charts: { GET: listCharts, POST: uploadChart },
  chartProvenances: { POST: uploadProvenance },
  chartVersions: { GET: listVersions },
  chartVersion: { GET: getVersion, DELETE: removeVersion },
}

/**
 * The classic Helm repositories over a store: what is pushed by OCI is in them, and what is uploaded is as if it had
 * been.
 * @param forward Sends a call of the OCI API on its way behind access.
 * @returns What answers a call of a chart route; it refuses by a RegistryError.
 */
export function chartRepositories(
  store: Store,
  forward: ChartContext['forward'],
): (call: Call<ChartRoute>) => Promise<Reply> {
  const context: ChartContext = { store, organizations: new Organizations(store), forward }
  return async (call) => {
    const methods: Readonly<Record<string, unknown>> = chartEndpoints[call.route.kind]
    const handler = methods[call.method === 'HEAD' ? 'GET' : call.method]
    if (!handler) throw methodNotAllowed(Object.keys(methods))
    return (handler as (call: Call, context: ChartContext) => Promise<Reply>)(call, context)
  }
}

function methodNotAllowed(methods: readonly string[]): RegistryError {
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return new RegistryError('UNSUPPORTED', `this page answers ${allowed}`, { headers: { Allow: allowed } })
}
