import { startRegistry } from '../../harness/index.js'
import { alice, pushSomething } from '../people.js'
import type { Scenario } from '../scenario.js'
import { sets } from './clients.js'
import { plainHttp } from './plain-http.js'
import { byEnvironment, byFlag, byNothing, bySystem, hostName, openPlaces } from './ways.js'

/** Red Hat Quay's documentation, "Helm and OCI prerequisites": trusted certificates; for helm, and for every other. */
export const trust: Scenario = {
  name: 'trust',
  title: "every client trusts the registry's CA by a flag, by the environment and by the system's store",
  clients: sets.flat().map(({ id }) => id),
  async run(context) {
    await using registry = await startRegistry({ tls: { names: [hostName] }, accounts: [alice] })
    await pushSomething(context, registry)
    const stage = await openPlaces(context, registry)
    await byNothing(stage)
    await byFlag(stage)
    await byEnvironment(stage)
    await bySystem(stage)
    await plainHttp(context)
  },
}
