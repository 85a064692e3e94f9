import assert from 'node:assert/strict'
import type { QuayServer } from '../quay/server.js'
import type { ScenarioContext } from '../scenario.js'
import type { Login } from '../served.js'

/**
 * helm#32144, by hand, as helm did it before it asked for what it is about to do: a look at the repository, with a token
 * for that alone, is a 401 as long as nobody has asked to push; the same look with a token to push finds the repository,
 * which that has made.
 */
export async function askFirst(context: ScenarioContext, { host, desk }: QuayServer, robot: Login): Promise<void> {
  const { sh } = desk({ clients: [], hide: [robot.password] })
  const manifest = `https://${host}/v2/helm/new/manifests/0.0.4`

  context.say('A token to pull, for a repository that does not exist')
  assert.equal(await look(await tokenFor('pull')), 401)
  context.say('A token to push makes it')
  const pushing = await tokenFor('pull,push')
  assert.equal(await look(pushing), 404)
  context.say('And then a token to pull is enough')
  assert.equal(await look(await tokenFor('pull')), 404)

  async function tokenFor(actions: string): Promise<string> {
    const scope = `repository:helm/new:${actions}`
    const url = `https://${host}/v2/auth?service=${host}&scope=${scope}`
    const { stdout } = await sh`curl --silent --show-error --user ${`${robot.username}:${robot.password}`} ${url}`
    return (JSON.parse(stdout) as { readonly token: string }).token
  }

  async function look(token: string): Promise<number> {
    const bearer = `Authorization: Bearer ${token}`
    const hidden = sh({ hide: [token] })
    const { stdout } = await hidden`curl --silent --show-error --head --header ${bearer} ${manifest}`
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(stdout)?.[1])
  }
}
