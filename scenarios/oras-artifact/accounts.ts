import assert from 'node:assert/strict'
import { startRegistry } from '../../harness/index.js'
import { assertGranted, Heard, mountsOf, uploadsOf } from '../heard.js'
import type { ScenarioContext } from '../scenario.js'
import { alice } from '../people.js'
import { setRegistry } from './desks.js'

/** May pull from `lab/open`, and do what he likes in `bob`. */
const bob = { username: 'bob', password: 'hunter2 of bob', permissions: ['lab/open:pull', 'bob/*:*'] }

/** oras login, regctl registry login, crane auth login, and what an account may then do. */
export async function useAccounts({ say, desk, show }: ScenarioContext): Promise<void> {
  await using registry = await startRegistry({ tls: true, accounts: [alice, bob] })
  const heard = new Heard(registry)
  const { host, caFile: ca = '' } = registry
  const hide = [alice.password, bob.password]
  const over = 'https, login'
  const login = ({ username }: typeof alice): string[] => ['--username', username, '--password-stdin']
  const story = 'be kept to what an account may do'

  say('oras login')
  const oras = desk({ ...registry.env(), SSL_CERT_FILE: '' }, { clients: ['oras'], hide })
  const flags = ['--ca-file', ca]
  const { sh } = oras
  const fails = sh({ status: 1 })
  oras.write('hello.txt', 'hello\n')
  const untrusting = await fails({ input: alice.password })`oras login ${login(alice)} ${host}`
  assert.match(untrusting.stderr, /x509: certificate signed by unknown authority/)
  const wrong = await fails({ input: 'guess' })`oras login ${flags} ${login(alice)} ${host}`
  assert.match(wrong.stderr, /unauthorized: wrong username or password/)
  const stranger = await fails`oras push ${flags} ${host}/lab/open:1.0 hello.txt`
  assert.match(stranger.stderr, /^Error response from registry: /m)
  assert.match(
    (await sh({ input: alice.password })`oras login ${flags} ${login(alice)} ${host}`).stdout,
    /^Login Succeeded$/m,
  )
  for (const name of ['open', 'closed']) await sh`oras push ${flags} ${host}/lab/${name}:1.0 hello.txt`
  await sh({ input: bob.password })`oras login ${flags} ${login(bob)} ${host}`
  await sh`oras pull ${flags} ${host}/lab/open:1.0`
  const hidden = await fails`oras pull ${flags} ${host}/lab/closed:1.0`
  assert.match(hidden.stderr, /denied: bob may not pull from lab\/closed/)
  const pushed = await fails`oras tag ${flags} ${host}/lab/open:1.0 2.0`
  assert.match(pushed.stderr, /denied: bob may not push to lab\/open/)
  await sh`oras logout ${host}`
  const gone = await fails`oras pull ${flags} ${host}/lab/open:1.0`
  assert.match(gone.stderr, /unauthorized: log in first/)
  show({ client: 'oras', story, over })

  say('regctl registry login')
  const regctl = desk({ ...registry.env(), SSL_CERT_FILE: '' }, { clients: ['regctl'], hide })
  await setRegistry(regctl, registry)
  await regctl.sh({ input: bob.password })`regctl registry login ${host} --user bob --pass-stdin`
  assert.match((await regctl.sh`regctl manifest head ${host}/lab/open:1.0`).stdout, /^sha256:/)
  const removed = await regctl.sh({ status: 1 })`regctl tag rm ${host}/lab/open:1.0`
  // Where it may not delete, regctl would push something else under the tag, to delete that: and is refused again.
  assert.match(removed.stderr, /request failed: unauthorized \[http 403\]: .*bob may not push to lab\/open/)
  show({ client: 'regctl', story, over })

  say('crane auth login')
  const crane = desk(registry.env(), { clients: ['crane'], hide })
  await crane.sh({ input: bob.password })`crane auth login ${host} ${login(bob)}`
  assert.match((await crane.sh`crane digest ${host}/lab/open:1.0`).stdout, /^sha256:/)
  const denied = await crane.sh({ status: 1 })`crane manifest ${host}/lab/closed:1.0`
  assert.match(denied.stderr, /DENIED: bob may not pull from lab\/closed/)
  heard.take()
  await crane.sh`crane copy ${host}/lab/open:1.0 ${host}/bob/open:1.0`
  const open = heard.take()
  assert.deepEqual(
    [...mountsOf(open).map(({ from, status }) => `${from} ${status}`), uploadsOf(open)],
    ['lab/open 201', 'lab/open 201', 0],
  )
  show({ client: 'crane', story, over })

  // Docker's config.json may have a login for one repository: crane reads there as alice, and writes as bob.
  say('A blob that another account may read')
  const auth = ({ username, password }: typeof alice) => ({
    auth: Buffer.from(`${username}:${password}`).toString('base64'),
  })
  crane.write(
    'two-logins/config.json',
    JSON.stringify({ auths: { [`${host}/lab/closed`]: auth(alice), [host]: auth(bob) } }),
  )
  const asBoth = crane.sh({ set: { DOCKER_CONFIG: 'two-logins' } })
  heard.take()
  await asBoth`crane copy ${host}/lab/closed:1.0 ${host}/bob/closed:1.0`
  const closed = heard.take()
  assert.deepEqual(
    mountsOf(closed).map(({ from, status }) => `${from} ${status}`),
    ['lab/closed 202', 'lab/closed 202'],
    'bob may not read there, so an upload begins',
  )
  assert.equal(uploadsOf(closed), 2)
  show({ client: 'crane', story: 'mount blobs, and upload those that the account may not read', over })
  assertGranted(heard.all, { scheme: 'https', accounts: ['alice', 'bob'], denials: true })
}
