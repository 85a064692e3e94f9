import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Registry, RequestEvent } from 'start-registry'
import { runner, type Run } from '../../harness/run.js'
import { password } from '../../scenarios/cosign/signer.js'
import { cosign2, cosign3 } from '../../scenarios/cosign/versions.js'
import { serveDockerRegistry } from '../bench/docker-registry.js'
import { clientPaths } from '../support/client-paths.js'
import { folderFor, registryFor } from '../support/registries.js'

const client = await clientPaths([
  'docker-registry',
  'podman',
  'skopeo',
  'helm',
  'cosign',
  'cosign@3.1.3',
  'crane',
  'oras',
])
const helm = client('helm')

/** Where each version of cosign signs: one of them does not read what the other one writes. */
const signers = [
  { ...cosign2, program: client('cosign'), repository: 'team/app' },
  { ...cosign3, program: client('cosign@3.1.3'), repository: 'team/bundled' },
]

/** Pushes to docker-registry, with the real clients, what is then pulled through. */
async function fill(host: string, run: Run, folder: string): Promise<void> {
  writeFileSync(join(folder, 'content.txt'), 'an image of docker-registry')
  writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY content.txt /\n')
  await run`podman build --tag ${host}/team/app:1 .`
  for (const name of ['app', 'bundled', 'plain', 'other']) {
    await run`podman push --tls-verify=false ${host}/team/app:1 ${host}/team/${name}:1`
  }
  mkdirSync(join(folder, 'web'))
  writeFileSync(join(folder, 'web/Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 0.1.0\n')
  await run`${helm} package web`
  await run`${helm} push web-0.1.0.tgz oci://${host}/charts --plain-http`
  await run`${client('cosign')} generate-key-pair`
  for (const { program, signing, repository } of signers) {
    await run`${program} sign ${signing} --key cosign.key ${host}/${repository}:1`
  }
}

/** Pulls all of it; answers what the clients made of it. */
async function pullAll({ host, flags }: Registry, run: Run, folder: string): Promise<string[]> {
  const chart = await run`${helm} pull ${flags.helm} oci://${host}/charts/web --version 0.1.0`
  const inspected = await run`skopeo inspect ${flags.skopeo} docker://${host}/team/app:1`
  await run`podman pull ${flags.podman} ${host}/team/app:1`
  const shown = await run`podman image inspect --format ${'{{.Id}} {{.Digest}}'} ${host}/team/app:1`
  await run`podman rmi ${host}/team/app:1`
  const seen = [
    /Digest: (\S+)/.exec(chart.output)?.[1] ?? '',
    (JSON.parse(inspected.stdout) as { Digest: string }).Digest,
    shown.stdout,
  ]
  const key = join(folder, 'cosign.pub')
  for (const { program, verifying, failures, repository } of signers) {
    const verify = [program, 'verify', ...verifying, '--key', key]
    const { stdout } = await run`${verify} ${host}/${repository}:1`
    const { status } = failures.unsigned
    const unsigned = await run({ status })`${verify} ${host}/team/plain:1`
    seen.push(`${(JSON.parse(stdout) as unknown[]).length} signed`, unsigned.output)
  }
  return seen
}

/** How clients run that are at home in a registry. */
const atHome = (registry: Registry): Run => runner({ env: { ...registry.env(), ...cosign2.environment, ...password } })

void t.test('real clients pull through from docker-registry, and from the recording when it is gone', async (t) => {
  const folder = folderFor(t)
  const layout = join(folder, 'layout')
  const content = join(folder, 'docker-registry')
  mkdirSync(content)
  const origin = await serveDockerRegistry(content)
  t.teardown(() => origin.stop())
  const pulling = await registryFor(t, {
    upstream: { url: origin.url.origin, credentials: 'nobody', record: layout },
  })
  await fill(origin.url.host, runner({ env: { ...pulling.registry.env(), ...password }, cwd: folder }), folder)
  const before = await pullAll(pulling.registry, atHome(pulling.registry), folder)
  await origin.stop()
  await pulling.registry.close()

  const events: RequestEvent[] = []
  const { registry } = await registryFor(t, { upstream: { replay: layout }, log: (event) => events.push(event) })
  const run = atHome(registry)
  t.same(await pullAll(registry, run, folder), before)
  t.same(
    events.filter(({ error }) => error !== undefined),
    [],
  )

  for (const words of [
    ['podman', 'pull', ...registry.flags.podman, `${registry.host}/team/nowhere:1`],
    ['skopeo', 'inspect', ...registry.flags.skopeo, `docker://${registry.host}/team/nowhere:1`],
    [helm, 'pull', ...registry.flags.helm, `oci://${registry.host}/charts/nowhere`, '--version', '1.0.0'],
    [
      client('cosign'),
      'verify',
      '--key',
      join(folder, 'cosign.pub'),
      ...cosign2.verifying,
      `${registry.host}/team/nowhere:1`,
    ],
    [
      client('cosign@3.1.3'),
      'verify',
      '--key',
      join(folder, 'cosign.pub'),
      ...cosign2.verifying,
      `${registry.host}/team/nowhere:1`,
    ],
    [client('crane'), 'manifest', `${registry.host}/team/nowhere:1`],
    [client('oras'), 'manifest', 'fetch', ...registry.flags.oras, `${registry.host}/team/nowhere:1`],
  ]) {
    const { status, output } = await run({ status: 'any' })`${words}`
    t.not(status, 0)
    t.match(output, /not recorded: GET \/v2\/(?:team|charts)\/nowhere\/manifests\/1/, words[0] as string)
  }
})
