import assert from 'node:assert/strict'
import { startRegistry } from '../../harness/index.js'
import { assertGranted, Heard, lineOf, mountsOf, uploadsOf } from '../heard.js'
import { byCertsD } from '../images.js'
import type { ScenarioContext } from '../scenario.js'
import { parseManifest, served } from '../served.js'
import { alice } from '../people.js'

/** May pull from `team/open`, and do what he likes in `bob`. */
const bob = { username: 'bob', password: 'hunter2 of bob', permissions: ['team/open:pull', 'bob/*:*'] }

/**
 * podman-login(1) and what an account may then do: pull and not push, push where it is at home, and take over layers
 * from where it may read, by a mount, and from nowhere else.
 */
export async function useAccounts({ say, desk, show }: ScenarioContext): Promise<void> {
  await using registry = await startRegistry({ tls: true, accounts: [alice, bob] })
  const heard = new Heard(registry)
  const { host } = registry
  const { sh, write } = desk({ ...registry.env(), ...byCertsD }, { hide: [alice.password, bob.password] })
  const fails = sh({ status: 125 })
  const login = ({ username }: typeof alice): string[] => ['--username', username, '--password-stdin', host]

  say('Login')
  for (const name of ['open', 'closed']) {
    write(`${name}/page.txt`, `${name} from ${registry.url}\n`)
    write(`${name}/Containerfile`, 'FROM scratch\nCOPY page.txt /\n')
    await sh`podman build --tag ${host}/team/${name}:1.0 ${name}`
  }
  const stranger = await fails`podman push ${host}/team/open:1.0`
  // podman begins with a HEAD, whose refusal has no body that could say more.
  assert.match(stranger.stderr, /denied: requested access to the resource is denied/)
  const wrong = await fails({ input: 'guess' })`podman login ${login(alice)}`
  assert.match(wrong.stderr, new RegExp(`logging into "${host}": invalid username/password`))
  assert.equal((await sh({ input: alice.password })`podman login ${login(alice)}`).stdout, 'Login Succeeded!')
  assert.equal((await sh`podman login --get-login ${host}`).stdout, 'alice')
  for (const name of ['open', 'closed']) await sh`podman push ${host}/team/${name}:1.0`
  show({ client: 'podman', story: 'log in and out', over: 'https, login' })

  say('What an account may do')
  await sh({ input: bob.password })`podman login ${login(bob)}`
  await sh`podman pull --quiet ${host}/team/open:1.0`
  const hidden = await fails`podman pull ${host}/team/closed:1.0`
  assert.match(hidden.stderr, /denied: bob may not pull from team\/closed/)
  const pushed = await fails`podman push ${host}/team/open:1.0 ${host}/team/open:2.0`
  assert.match(pushed.stderr, /denied: bob may not push to team\/open/)
  const deleted = await sh({ status: 1 })`skopeo delete docker://${host}/team/open:1.0`
  assert.match(deleted.stderr, /bob may not delete from team\/open.*\(403 Forbidden\)/)
  const listed = await fails`podman search --list-tags ${host}/team/closed`
  assert.match(listed.stderr, /invalid status code from registry 403 \(Forbidden\)/)
  show({ client: 'podman', story: 'be kept to what an account may do', over: 'https, login' })
  show({ client: 'skopeo', story: 'be kept to what an account may do', over: 'https, login' })

  say('Layers that are there already, where the account may read them')
  const layerOf = async (name: string): Promise<string | undefined> =>
    parseManifest(await served(registry, `/v2/team/${name}/manifests/1.0`, alice)).layers?.[0]?.digest
  heard.take()
  await sh`podman push ${host}/team/open:1.0 ${host}/bob/open:1.0`
  const open = heard.take()
  const digest = await layerOf('open')
  assert.deepEqual(mountsOf(open), [{ digest, from: 'team/open', to: 'bob/open', status: 201 }])
  assert.equal(uploadsOf(open), 1, 'the config alone')

  say('Layers that are there already, where it may not')
  heard.take()
  await sh`podman push ${host}/team/closed:1.0 ${host}/bob/closed:1.0`
  const closed = heard.take()
  // podman remembers where it has seen the layer, asks for it there, and is refused: so it sends it.
  const asked = closed.find(({ route }) => route.kind === 'blob' && route.repository === 'team/closed')
  assert.equal(asked && lineOf(asked), `HEAD /v2/team/closed/blobs/${await layerOf('closed')} 403`)
  assert.deepEqual(mountsOf(closed), [])
  assert.equal(uploadsOf(closed), 2)
  show({ client: 'podman', story: 'mount layers between repositories', over: 'https, login' })

  say('Logout')
  await sh`podman logout ${host}`
  const gone = await fails`podman pull ${host}/team/open:1.0`
  assert.match(gone.stderr, /unauthorized: log in first: this registry asks for a username and a password/)
  assertGranted(heard.all, { scheme: 'https', accounts: ['alice', 'bob'], denials: true })
}
