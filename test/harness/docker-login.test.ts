import { delimiter, dirname, join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { dockerCredentials } from '../../harness/docker-login.js'
import { executable } from '../support/clients.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

// A home with a docker config, and a folder for helpers that is on PATH.
function homeFor(t: Teardown, config: unknown): { env: Record<string, string>; home: string; bin: string } {
  const home = folderFor(t)
  mkdirSync(join(home, '.docker'))
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  writeFileSync(join(home, '.docker/config.json'), text)
  const bin = join(home, 'bin')
  return { env: { HOME: home, PATH: [bin, process.env['PATH']].join(delimiter) }, home, bin }
}

void t.test('logins of docker config.json, however they are written', async (t) => {
  const { env } = homeFor(t, {
    auths: {
      '127.0.0.1:5000': { auth: base64('alice:se:cret') },
      'https://quay.example/v1/': { auth: base64('bob:x\0\0') },
      'plain.example': { username: 'carol', password: 'y' },
      'token.example': { auth: base64('ignored:'), identitytoken: 'of identity' },
      'bearer.example': { registrytoken: 'own' },
      'https://index.docker.io/v1/': { auth: base64('hub:z') },
      'empty.example': {},
    },
  })
  const credentials = dockerCredentials(env)
  t.same(await credentials('127.0.0.1:5000'), { username: 'alice', password: 'se:cret' })
  t.same(await credentials('quay.example'), { username: 'bob', password: 'x' })
  t.same(await credentials('plain.example'), { username: 'carol', password: 'y' })
  t.same(await credentials('token.example'), { identityToken: 'of identity' })
  t.same(await credentials('bearer.example'), { registryToken: 'own' })
  t.same(await credentials('index.docker.io'), { username: 'hub', password: 'z' })
  for (const host of ['empty.example', '127.0.0.1', 'localhost:5000', 'example', 'constructor'])
    t.equal(await credentials(host), undefined, host)
})

void t.test('where files are looked for', async (t) => {
  const { env, home } = homeFor(t, { auths: { a: { auth: base64('docker:1') } } })
  const podman = join(home, 'run/containers/auth.json')
  mkdirSync(dirname(podman), { recursive: true })
  writeFileSync(podman, JSON.stringify({ auths: { a: { auth: base64('podman:1') } } }))
  const who = async (more: Record<string, string>): Promise<unknown> => {
    const login = await dockerCredentials({ ...env, ...more })('a')
    return login && 'username' in login && login.username
  }
  t.equal(await who({ XDG_RUNTIME_DIR: join(home, 'run'), REGISTRY_AUTH_FILE: podman }), 'docker')
  const elsewhere = { DOCKER_CONFIG: join(home, 'nowhere') }
  t.equal(await who(elsewhere), undefined)
  t.equal(await who({ ...elsewhere, REGISTRY_AUTH_FILE: podman }), 'podman')
  t.equal(await who({ ...elsewhere, XDG_RUNTIME_DIR: join(home, 'run') }), 'podman')
  t.equal(await who({ HOME: join(home, 'nobody'), DOCKER_CONFIG: join(home, '.docker') }), 'docker')
})

void t.test('a home that registry.env makes is one', async (t) => {
  const { registry } = await registryFor(t, { accounts: [{ username: 'alice', password: 'secret' }] })
  t.same(await dockerCredentials(registry.env({ as: 'alice' }))(registry.host), {
    username: 'alice',
    password: 'secret',
  })
  t.equal(await dockerCredentials(registry.env())(registry.host), undefined)
})

void t.test('files that are none are named', async (t) => {
  for (const text of ['{', '[]x', 'null', '"auths"']) {
    const { env, home } = homeFor(t, text)
    await t.rejects(dockerCredentials(env)('a'), {
      message: new RegExp(`^cannot read logins from ${join(home, '.docker/config.json')}: .`),
    })
  }
})

void t.test('credential helpers', async (t) => {
  const { env, bin } = homeFor(t, {
    credHelpers: { 'a.example': 'one', 'b.example': 'broken', 'c.example': 'absent', 'd.example': '../sh' },
    credsStore: 'store',
    auths: { 'e.example': { auth: base64('kept:1') } },
  })
  const log = join(bin, 'log')
  const script = (answer: string): string => `#!/bin/sh\nread server; echo "$1 $server" >>'${log}'\n${answer}\n`
  const helper = (name: string, answer: string): string =>
    executable(join(bin, `docker-credential-${name}`), '1', script(answer))
  helper('one', `echo '{"ServerURL":"a.example","Username":"alice","Secret":"s"}'`)
  helper('broken', 'echo no bus; exit 1')
  helper(
    'store',
    `case $server in hub*|https*) echo '{"Username":"<token>","Secret":"t"}';; f*) echo no;; *) echo 'credentials not found in native keychain'; exit 1;; esac`,
  )
  const credentials = dockerCredentials(env)
  t.same(await credentials('a.example'), { username: 'alice', password: 's' })
  t.same(await credentials('index.docker.io'), { identityToken: 't' })
  t.same(await credentials('e.example'), { username: 'kept', password: '1' }, 'one that has nothing')
  t.equal(await credentials('g.example'), undefined)
  await t.rejects(credentials('b.example'), { message: 'docker-credential-broken failed for b.example: no bus' })
  await t.rejects(credentials('c.example'), {
    message: /^docker-credential-absent, which the docker config names, cannot be run: /,
  })
  await t.rejects(credentials('d.example'), { message: '"../sh" is no name of a credential helper' })
  await t.rejects(credentials('f.example'), { message: 'docker-credential-store printed something that is not JSON' })
})
