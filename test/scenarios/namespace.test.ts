import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { RequestEvent } from 'start-registry'
import { runner } from '../../harness/run.js'
import { needBinary } from '../../vendor-binaries/find.js'
import { folderFor, registryFor } from '../support/registries.js'
import { snapshot } from '../support/system-files.js'

const name = 'registry.test'
const systemFiles = ['/etc/hosts', '/etc/ssl/certs', '/usr/local/share/ca-certificates', '/etc/containers']
const machine = (): string[] => systemFiles.filter(existsSync).flatMap(snapshot)

void t.test('a CA in the system’s store, and a name in /etc/hosts, of nobody else', async (t) => {
  const before = machine()
  const { registry } = await registryFor(t, { tls: { names: [name] } })
  const requests: RequestEvent[] = []
  registry.onRequest((event) => void requests.push(event))
  const env = registry.env({ trust: false, names: [name] })
  const home = env['HOME'] as string
  const host = `${name}:${registry.port}`
  const url = `https://${host}/v2/`
  const outside = runner({ env })
  const inside = outside({ namespace: { hosts: [name], trust: join(home, 'trust') } })

  await t.test('before the CA is there', async (t) => {
    const { stderr } = await inside({ status: 60 })`curl --silent --show-error ${url}`
    t.match(stderr, /SSL certificate problem: unable to get local issuer certificate/)
  })

  await t.test('as README.md says', async (t) => {
    await inside`cp ${registry.caFile ?? ''} /usr/local/share/ca-certificates/start-registry.crt`
    const { stdout } = await inside`update-ca-certificates`
    t.match(stdout, /^[1-9]\d* added, 0 removed; done\.$/m)
  })

  await t.test('curl and openssl', async (t) => {
    t.equal((await inside`curl --silent --show-error ${url}`).stdout, '{}')
    const { output } = await inside`openssl s_client -connect ${host} -verify_return_error -brief`
    t.match(output, /^Verification: OK$/m)
  })

  await t.test('helm 3.8.2, which speaks https to no name of this machine but such a one', async (t) => {
    mkdirSync(join(home, 'web'))
    writeFileSync(join(home, 'web/Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 0.1.0\n')
    const helm = (await needBinary('helm@3.8.2')).path
    await inside`${helm} package web`
    const pushed = await inside`${helm} push web-0.1.0.tgz oci://${host}/charts`
    const pulled = await inside`${helm} pull oci://${host}/charts/web --version 0.1.0 --untar --untardir pulled`
    const digest = /^Digest: sha256:[\da-f]{64}$/m
    t.match(pushed.output, digest)
    t.equal(digest.exec(pulled.output)?.[0], digest.exec(pushed.output)?.[0])
  })

  await t.test('podman', async () => {
    writeFileSync(join(home, 'Containerfile'), 'FROM scratch\nCOPY Containerfile /\n')
    await inside`podman build --tag ${host}/app:1 .`
    await inside`podman push ${host}/app:1`
    await inside`podman pull ${host}/app:1`
  })

  await t.test('outside, nothing trusts it', async (t) => {
    const curl = ['curl', '--silent', '--show-error', '--resolve', `${host}:127.0.0.1`]
    const { stderr } = await outside({ status: 60 })`${curl} ${url}`
    t.match(stderr, /unable to get local issuer certificate/)
    const openssl = await outside({ status: 1 })`openssl s_client -connect ${registry.host} -verify_return_error -brief`
    t.match(openssl.stderr, /unable to get local issuer certificate/)
    const podman = await outside({ status: 125 })`podman pull localhost:${registry.port}/app:1`
    t.match(podman.stderr, /x509: certificate signed by unknown authority/)
    t.notMatch(readFileSync('/etc/hosts', 'utf8'), name)
  })

  await t.test('another copy of the store does not have it', async (t) => {
    const other = inside({ namespace: { hosts: [name, 'other.test'], trust: join(home, 'other') } })
    t.match((await other({ status: 60 })`curl --silent --show-error ${url}`).stderr, /SSL certificate problem/)
    t.match((await other`cat /etc/hosts`).stdout, /\n127\.0\.0\.1 registry\.test other\.test$/)
  })

  t.same([...new Set(requests.map(({ scheme, status }) => `${scheme} ${Math.floor(status / 100)}`))].toSorted(), [
    'https 2',
    'https 4',
  ])
  t.same(
    requests.filter(({ status }) => status >= 400 && status !== 404),
    [],
  )
  t.same(machine(), before, 'the machine is as it was')
})

void t.test('a command in a namespace is a command', async (t) => {
  const transcript: string[] = []
  const run = runner({ namespace: { hosts: [name] }, transcript: (text) => void transcript.push(text) })
  const { stdout } = await run({ input: 'typed', status: 3 })`sh -c ${'cat; pwd; exit 3'}`
  t.equal(stdout, `typed${process.cwd()}`)
  t.equal(transcript[0], "$ sh -c 'cat; pwd; exit 3'\n")
  await t.rejects(run`no-such-client`, { message: /^`no-such-client` is not there: no-such-client, after/ })
  await t.rejects(run({ namespace: { hosts: ["a'; rm -r /"] } })`true`, {
    name: 'TypeError',
    message: `hosts: "a'; rm -r /" is not a host name`,
  })
})

void t.test('without the right to mount', async (t) => {
  const folder = folderFor(t)
  const code = `
    const { inNamespace, ownBlobCache } = await import(${JSON.stringify(new URL('../../harness/namespace.js', import.meta.url))})
    console.log(JSON.stringify(ownBlobCache(['podman', 'info'], { XDG_DATA_HOME: ${JSON.stringify(folder)} })))
    try { inNamespace(['true'], { hosts: ['a'] }) } catch (error) { console.log(error.message) }`
  const node = [process.execPath, '--input-type=module', '-e', code]
  const { stdout } = await runner({})`setpriv --bounding-set -sys_admin --inh-caps -sys_admin ${node}`
  t.equal(
    stdout,
    '["podman","info"]\n' +
      'a private mount namespace needs Linux and root with CAP_SYS_ADMIN: run this as root, not sandboxed',
  )
})

void t.test('podman, skopeo and buildah read the home’s settings, and nothing of the system’s', async (t) => {
  const { registry } = await registryFor(t, { tls: true })
  const env = registry.env()
  const home = env['HOME'] as string
  const image = `${registry.host}/app:1`
  const run = runner({ env })
  writeFileSync(join(home, 'Containerfile'), 'FROM scratch\nCOPY Containerfile /\n')
  await run`podman build --tag ${image} .`
  await run`podman push ${image}`

  // A machine whose settings refuse every image and name another registry.
  const steps = [
    'mount -t tmpfs tmpfs /var/lib/containers',
    'mount -t tmpfs tmpfs /etc/containers',
    'cd /etc/containers',
    'mkdir registries.conf.d registries.d',
    `echo '{ "default": [{ "type": "reject" }] }' >policy.json`,
    `echo 'unqualified-search-registries = ["elsewhere.test"]' >registries.conf.d/elsewhere.conf`,
    'echo nonsense >registries.d/nonsense.yaml',
    'cd "$HOME"',
    'exec "$@"',
  ]
  const there = ['unshare', '--mount', 'sh', '-ec', steps.join('\n'), 'sh']
  await run`${there} podman pull ${image}`
  await run`${there} buildah pull --policy always ${image}`
  await run`${there} skopeo copy docker://${image} dir:copy`
  const search = ['podman', 'info', '--format', '{{json .Registries}}']
  t.notMatch((await run`${there} ${search}`).stdout, 'elsewhere.test')

  await t.test('which are there', async (t) => {
    const settings = join(home, '.config/containers')
    const named = { CONTAINERS_REGISTRIES_CONF: join(settings, 'registries.conf') }
    t.match((await run({ set: named })`${there} ${search}`).stdout, 'elsewhere.test')
    const fails = run({ status: 1 })
    const copy = ['skopeo', 'copy', `docker://${image}`, 'dir:another']
    rmSync(join(settings, 'policy.json'))
    t.match((await fails`${there} ${copy}`).stderr, /Source image rejected: .* rejected by policy/)
    rmdirSync(join(settings, 'registries.d'))
    t.match((await fails`${there} ${copy}`).stderr, /registries\.d\/nonsense\.yaml/)
  })
})
