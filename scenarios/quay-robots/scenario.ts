import assert from 'node:assert/strict'
import type { StartOptions } from '../../harness/index.js'
import { quayHelms } from '../quay-helm/versions.js'
import { Curl } from '../quay/curl.js'
import { assertWhoWasGranted, quayadmin, startQuay } from '../quay/server.js'
import type { Scenario } from '../scenario.js'
import type { Login } from '../served.js'
import { alice } from '../people.js'
import { pushWithHelm } from './helm.js'
import { pushWithOras } from './oras.js'
import { askFirst } from './order.js'

/**
 * An organization that its owner keeps for charts: robots of the team `creators` may make repositories, those of the team
 * `members` have no rights of their own, and `alice` has nothing to do with it.
 */
const robots: StartOptions = {
  accounts: [quayadmin, alice],
  quay: {
    organizations: {
      helm: {
        owners: [quayadmin.username],
        applications: { audit: { tokens: [{ user: quayadmin.username, scopes: 'repo:read' }] } },
        robots: { creator: {}, member: {} },
        teams: {
          creators: { role: 'creator', members: ['+creator'] },
          members: { role: 'member', members: ['+member'] },
        },
      },
    },
  },
}

/**
 * Red Hat Quay 3.11, "Troubleshooting a 401 Helm error": a robot that may create repositories pushes to one that does not
 * exist. Quay makes it when somebody asks for a token to push; asked for it by whoever may only look, it answers 401.
 */
export const quayRobots: Scenario = {
  name: 'quay-robots',
  title: 'robots push to repositories of Quay that do not exist yet, and are refused what they may not do',
  clients: [...quayHelms.map(({ client }) => client), 'oras'],
  async run(context) {
    // As whoever pushes artifacts of any kind sets it up: oras's own types are not among those of the default.
    const config = { IGNORE_UNKNOWN_MEDIATYPES: true }
    await using quay = await startQuay(context, { ...robots, profile: 'quay-3.11', config })
    const { secrets } = quay.registry
    const robot = (username: string): Login => ({ username, password: secrets?.robots[username] ?? '' })
    const people = { creator: robot('helm+creator'), member: robot('helm+member'), stranger: alice }
    const curl = new Curl(quay.desk({ clients: [] }).sh, quay)
    curl.token = secrets?.oauthTokens['helm/audit']?.[0] ?? ''
    const pushed: string[] = []
    for (const helm of quayHelms) {
      await assertRepositories(curl, pushed)
      pushed.push(await pushWithHelm(context, quay, helm, people))
    }
    await assertRepositories(curl, pushed)
    await askFirst(context, quay, people.creator)
    await pushWithOras(context, quay, people)
    assertWhoWasGranted(quay, [people.creator.username, people.member.username, alice.username])
  },
}

/** Asserts which repositories the organization has. */
async function assertRepositories(curl: Curl, names: readonly string[]): Promise<void> {
  const { repositories } = (await curl.get('repository?namespace=helm')) as {
    readonly repositories: readonly { readonly name: string }[]
  }
  assert.deepEqual(repositories.map(({ name }) => name).toSorted(), [...names].toSorted())
}
