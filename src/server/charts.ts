import type { Call, Reply, Stage } from '../protocol/call.js'
import { isChartRoute, type ChartRoute } from '../route/chart-route.js'
import type { Store } from '../store/store.js'

/**
 * Answers the calls of classic Helm repositories. What they need is loaded with the first one: most registries never
 * see any.
 * @param behind What a call of the OCI API passes behind access.
 */
export function chartStage(store: Store, behind: (call: Call) => Reply | Promise<Reply>): Stage {
  let answer: Promise<(call: Call<ChartRoute>) => Promise<Reply>> | undefined
  const stage: Stage = (call) => {
    answer ??= import('../helm/repository/repository.js').then(({ chartRepositories }) =>
      chartRepositories(store, async (inner) => behind(inner)),
    )
    return answer.then((handle) => handle(call as Call<ChartRoute>))
  }
  return Object.assign(stage, { concerns: ({ route }: Call) => isChartRoute(route) })
}
