import { startRegistry, type Registry } from '../../harness/index.js'
import { Heard } from '../heard.js'
import { alice } from '../people.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { faultClients, type FaultClient, type Worker } from './clients.js'
import { countRequests, lastWords, triesOf } from './observe.js'
import { plans, type Plan } from './plans.js'

/** What each client does when something goes wrong: whether it tries again, whether it works in the end, and what it says. */
export const faults: Scenario = {
  name: 'faults',
  title: 'what each client does when something goes wrong: it tries again, or fails, and says so',
  clients: faultClients.map(({ id }) => id),
  run: (context) => context.together(faultClients.map((client) => (lane) => meetAll(lane, client))),
}

/** Has one client meet the faults, on registries of its own. */
async function meetAll(context: ScenarioContext, client: FaultClient): Promise<void> {
  const { id } = client
  const clients = id.startsWith('cosign') ? [id, 'crane'] : [id]
  for (const login of [false, true]) {
    await using registry = await startRegistry(login ? { accounts: [alice] } : {})
    const env = registry.env({ as: login ? alice.username : undefined })
    context.say(`${id}${login ? ', logged in' : ''}: nothing goes wrong yet`)
    const worker = await client.sitDown(context.desk(env, { clients, hide: [alice.password] }), registry)
    const heard = new Heard(registry)
    const own = plans.filter((plan) => (plan.login ?? false) === login)
    for (const story of ['pull', 'push'] as const) {
      // How often it asks for each thing when nothing goes wrong.
      const act = story === 'pull' ? worker.pull : await worker.push(own.length)
      const [, events] = await heard.during(act)
      const scene = { registry, heard, usual: countRequests(events) }
      for (const [index, plan] of own.entries()) {
        if (plan.story === story) await meet(context, client, worker, plan, own.length + 1 + index, scene)
      }
    }
  }
}

interface Scene {
  readonly registry: Registry
  readonly heard: Heard
  /** How often the client asks for each thing when nothing goes wrong. */
  readonly usual: ReadonlyMap<string, number>
}

async function meet(
  context: ScenarioContext,
  { id: client }: FaultClient,
  worker: Worker,
  { title, rule, story }: Plan,
  number: number,
  { registry, heard, usual }: Scene,
): Promise<void> {
  context.say(`${client}: ${title} (--fault '${rule}')`)
  const prepared = story === 'pull' ? worker.pull : await worker.push(number)
  let stored = 0
  const stop = registry.store.onChange(({ change }) => (stored += Number(change.type === 'manifest.put')))
  const added = registry.faults.add(
    rule.replace('reference=LAYER', worker.layer === undefined ? '' : `reference=${worker.layer}`),
  )
  const [result, events] = await heard.during(prepared)
  added.remove()
  stop()
  const works = result.status === 0
  const isDone = !works || (story === 'pull' ? await worker.pulled() : stored > 0)
  context.observe({
    client,
    fault: title,
    outcome: added.hits === 0 ? 'untouched' : !works ? 'fails' : isDone ? 'works' : 'wrong',
    tries: triesOf(events, usual, works),
    ...(!works && { message: lastWords(result, registry.host) }),
  })
}
