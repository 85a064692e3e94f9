import assert from 'node:assert/strict'
import { digestIn } from '../helm-oci/helm.js'
import { outline } from '../helm-oci/outline.js'
import { withoutDigests, type QuayHelm } from '../quay-helm/versions.js'
import type { QuayServer } from '../quay/server.js'
import type { ScenarioContext } from '../scenario.js'
import type { Login } from '../served.js'

/** Who pushes, or tries to. */
export interface People {
  /** A robot that may create repositories. */
  readonly creator: Login
  /** A robot without rights. */
  readonly member: Login
  /** Somebody who is not in the organization. */
  readonly stranger: Login
}

const over = 'https, login'

/** Pushes a chart that no repository is there for, as each of them, and answers the name of the one that was made. */
export async function pushWithHelm(
  context: ScenarioContext,
  quay: QuayServer,
  helm: QuayHelm,
  people: People,
): Promise<string> {
  const { client } = helm
  const { host, heard } = quay
  // A repository for each version.
  const chart = `etherpad-${client.replace(/^helm@(\d+)\.(\d+).*$/, '$1-$2')}`
  const { sh } = quay.desk({ clients: [client], hide: Object.values(people).map(({ password }) => password) })
  const say = (heading: string): void => context.say(`${client.replace('@', ' ')}: ${heading}`)
  await sh`helm create ${chart}`
  await sh`helm package ${chart} --version 0.0.4`

  for (const who of ['stranger', 'member'] as const) {
    say(`${people[who].username} may not create a repository`)
    await logIn(people[who])
    const { stderr } = await sh({ status: 1 })`helm push ${chart}-0.0.4.tgz oci://${host}/helm`
    assert.equal(withoutDigests(stderr), helm.refused(host, `helm/${chart}`))
  }
  context.show({ client, over, story: 'be refused by Quay where a robot has no rights' })

  say(`${people.creator.username} may`)
  await logIn(people.creator)
  const [pushed, asked] = await heard.during(() => sh`helm push ${chart}-0.0.4.tgz oci://${host}/helm`)
  assert.equal(withoutDigests(pushed.output), `Pushed: ${host}/helm/${chart}:0.0.4\nDigest: <digest>`)
  assert.deepEqual(outline(asked), helm.asks(`helm/${chart}`))
  const pulled = await sh`helm pull oci://${host}/helm/${chart} --version 0.0.4`
  assert.equal(digestIn(pulled), digestIn(pushed))
  context.show({ client, over, story: 'push to Quay as a robot where no repository is there' })
  return chart

  async function logIn({ username, password }: Login): Promise<void> {
    const typed = sh({ input: password })
    const { output } = await typed`helm registry login ${host} --username ${username} --password-stdin`
    assert.equal(output, 'Login Succeeded')
  }
}
