import assert from 'node:assert/strict'
import { startRegistry, type Registry } from '../../harness/index.js'
import { assertFails, type Failure } from '../failure.js'
import { assertWho } from '../who.js'
import { Heard, lineOf } from '../heard.js'
import { alice, bob, dave, pushSomething, secrets } from '../people.js'
import type { ScenarioContext } from '../scenario.js'
import { overOf, reaches } from './homes.js'
import { pushers, targetOf } from './pushers.js'

/** What a client says to somebody who may not push, and its status; most pass on what the registry says. */
const denials: Readonly<Record<string, Failure>> = {
  podman: { status: 125, message: /: denied: bob may not push to team\/app$/ },
  skopeo: { status: 1, message: /level=fatal msg="writing blob: .*: denied: bob may not push to team\/app"$/ },
  buildah: { status: 125, message: /: denied: bob may not push to team\/app$/ },
  'helm@3.8.2': { status: 1, message: /^Error: unexpected status: 403 Forbidden$/ },
  'helm@3.22.0': { status: 1, message: /: response status code 403: denied: bob may not push to team\/app$/ },
  'helm@4.3.1': { status: 1, message: /: response status code 403: denied: bob may not push to team\/app$/ },
  'cosign@1.0.0': { status: 1, message: /^error: POST .*: DENIED: bob may not push to team\/app$/m },
  'cosign@2.6.5': { status: 1, message: /^Error: POST .*: DENIED: bob may not push to team\/app$/m },
  'cosign@3.1.3': { status: 1, message: /^Error: POST .*: DENIED: bob may not push to team\/app$/m },
  crane: { status: 1, message: /^Error: POST .*: DENIED: bob may not push to team\/app$/m },
  oras: { status: 1, message: /^Error response from registry: denied: bob may not push to team\/app$/m },
  regctl: { status: 1, message: /\{"code":"DENIED","message":"bob may not push to team\/app"\}/ },
}

/** Whoever may only pull is told so by name when they push. */
export async function pushIsDenied(context: ScenarioContext, registry: Registry): Promise<void> {
  const heard = new Heard(registry)
  for (const pusher of pushers.filter(({ id }) => reaches(id, registry))) {
    context.say(`${pusher.id.replace('@', ' ')} pushes for bob, who may only pull`)
    const clients = [...new Set([pusher.id, ...pusher.helpers])]
    const desk = context.desk(registry.env({ as: bob.username }), { clients, hide: secrets })
    const target = targetOf(registry)
    await pusher.prepare(desk, target)
    heard.take()
    const denial = denials[pusher.id]
    assert.ok(denial, pusher.id)
    await assertFails(denial, desk.sh, (sh) => pusher.push(sh, target))
    const requests = heard.take()
    const posts = requests.filter(({ method, route }) => method === 'POST' && route.kind === 'uploads')
    assert.notEqual(posts.length, 0, requests.map(lineOf).join('\n'))
    assert.deepEqual([...new Set(posts.map(({ account, status }) => `${account} ${status}`))], ['bob 403'])
    context.show({
      client: pusher.id,
      story: 'say who may not push',
      over: overOf(registry),
      ...noteOf(denial.message),
    })
  }
}

const noteOf = (message: RegExp): { readonly note: string } | undefined =>
  message.source.includes('bob') ? undefined : { note: 'It says only that it is forbidden.' }

/** What each account may see and delete, and what is left of a registry for those who may not. */
export async function otherActions(context: ScenarioContext, registry: Registry): Promise<void> {
  context.say('bob looks, and deletes')
  const clients = ['crane', 'skopeo', 'oras', 'regctl']
  const { sh } = context.desk(registry.env({ as: bob.username }), { clients, hide: secrets })
  const { host } = registry
  const fails = sh({ status: 1 })
  assert.equal((await sh`crane catalog ${host}`).stdout, 'team/app')
  assert.equal((await sh`crane ls ${host}/team/app`).stdout, '1.0')
  const hidden = await fails`crane ls ${host}/charts/web`
  assert.match(hidden.stderr, /: DENIED: bob may not pull from charts\/web$/)
  const denied = 'bob may not delete from team/app'
  assert.ok((await fails`skopeo delete docker://${host}/team/app:1.0`).stderr.includes(denied))
  assert.ok((await fails`crane delete ${host}/team/app:1.0`).stderr.includes(`DENIED: ${denied}`))
  assert.ok((await fails`oras manifest delete --force ${host}/team/app:1.0`).stderr.includes(`denied: ${denied}`))
  assert.equal((await sh`crane ls ${host}/team/app`).stdout, '1.0')
}

/** podman learns at /v2/ alone how to log in: it is asked there even where pulling needs no login. */
export async function anonymousPull(context: ScenarioContext): Promise<void> {
  await using registry = await startRegistry({ tls: true, accounts: [alice], anonymous: 'pull' })
  await pushSomething(context, registry)
  const heard = new Heard(registry)
  const image = `${registry.host}/team/app:1.0`
  context.say('Anybody pulls, and who is logged in pushes')
  const { sh } = context.desk(registry.env(), { clients: ['podman'], hide: secrets })
  await sh`podman pull --quiet ${image}`
  assertWho(heard.take(), 'https anybody Bearer')
  const refused = await sh({ status: 125 })`podman push ${image} ${registry.host}/team/copy:1.0`
  assert.match(refused.stderr, /unauthorized: log in first: this registry asks for a username and a password/)
  await sh({ input: alice.password })`podman login --username alice --password-stdin ${registry.host}`
  heard.take()
  await sh`podman push ${image} ${registry.host}/team/copy:1.0`
  const requests = heard.take()
  assert.equal(requests[0] && lineOf(requests[0]), 'GET /v2/ 401')
  assertWho(requests, 'https alice Bearer')
  context.show({ client: 'podman', story: 'pull as anybody, push with login', over: 'https, login' })
}

/** An account of an htpasswd file logs in like any other. */
export async function fromHtpasswd({ say, desk }: ScenarioContext, registry: Registry): Promise<void> {
  say('dave, whose password is in an htpasswd file')
  const { sh } = desk(registry.env(), { clients: ['podman'], hide: secrets })
  const { host } = registry
  const wrong = await sh({ input: 'guess', status: 125 })`podman login --username dave --password-stdin ${host}`
  assert.match(wrong.stderr, /: invalid username\/password$/)
  await sh({ input: dave.password })`podman login --username dave --password-stdin ${host}`
  assert.equal((await sh`podman login --get-login ${host}`).stdout, 'dave')
  const heard = new Heard(registry)
  await sh`podman pull --quiet ${host}/team/app:1.0`
  assertWho(heard.take(), 'https dave Bearer')
}
