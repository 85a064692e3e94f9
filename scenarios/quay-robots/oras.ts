import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { withoutDigests } from '../quay-helm/versions.js'
import type { QuayServer } from '../quay/server.js'
import type { ScenarioContext } from '../scenario.js'
import type { Login } from '../served.js'
import type { People } from './helm.js'

/** oras login with a robot's name and token, and a push to a repository that is not there yet. */
export async function pushWithOras(context: ScenarioContext, quay: QuayServer, people: People): Promise<void> {
  const { host } = quay
  const { creator, member } = people
  const { sh, write, read, folder } = quay.desk({
    clients: ['oras'],
    hide: [creator.password, member.password],
  })
  write('hello.txt', 'hello\n')

  context.say('oras: a robot without rights')
  await logIn(member)
  const refused = await sh({ status: 1 })`oras push ${host}/helm/hello:1.0 hello.txt`
  const request = `HEAD "https://${host}/v2/helm/hello/manifests/<digest>"`
  const line = `Error response from registry: ${request}: response status code 401: Unauthorized`
  assert.ok(withoutDigests(refused.stderr).split('\n').includes(line), refused.stderr)

  context.say('oras: a robot that may create repositories')
  await logIn(creator)
  const pushed = await sh`oras push ${host}/helm/hello:1.0 hello.txt`
  assert.match(pushed.stdout, /^Digest: sha256:[0-9a-f]{64}$/m)
  rmSync(join(folder, 'hello.txt'))
  await sh`oras pull ${host}/helm/hello:1.0`
  assert.equal(read('hello.txt').toString(), 'hello\n')
  context.show({ client: 'oras', over: 'https, login', story: 'push to Quay as a robot where no repository is there' })

  async function logIn({ username, password }: Login): Promise<void> {
    const { stdout } = await sh({ input: password })`oras login ${host} --username ${username} --password-stdin`
    assert.match(stdout, /^Login Succeeded$/m)
  }
}
