import type { Scenario } from '../scenario.js'
import { copyOntoBundles, loadBundles } from './move.js'
import { pushAtOnce } from './push.js'
import { signOnReferrers, signOnTags } from './sign.js'

/**
 * What clients do at the same time, and in an order that a registry may not like: what it has acknowledged it keeps,
 * whatever a client then loses sight of.
 */
export const races: Scenario = {
  name: 'races',
  title: 'clients push and sign at once, and overwrite what they should not: nothing acknowledged is lost',
  clients: ['cosign@2.6.5', 'cosign@3.1.3', 'podman', 'crane'],
  async run(context) {
    await pushAtOnce(context)
    await signOnReferrers(context)
    await signOnTags(context)
    await loadBundles(context)
    await copyOntoBundles(context)
  },
}
