import assert from 'node:assert/strict'
import type { Run, RunResult } from '../../harness/run.js'
import { lineOf } from '../heard.js'
import { filesOf } from '../images.js'
import { alice, bob } from '../people.js'
import { served } from '../served.js'
import { denial } from './denial.js'
import { ci, type Ground } from './ground.js'

const over = 'https, login'

/** Alice pushes an image, whoever may pull it; the deployment's chart comes from ci. */
export async function push({ say, registry, at, show }: Ground): Promise<void> {
  say('Push an image into team/*, where only what cosign.pub has signed is pulled')
  const app = `${registry.host}/team/app:1.0`
  const { sh, write } = at(alice, 'podman')
  write('app/app.txt', `an app from ${registry.url}\n`)
  write('app/Containerfile', 'FROM scratch\nCOPY app.txt /\n')
  await sh`podman build --tag ${app} app`
  await sh`podman push ${app}`

  say('Push a chart')
  const hers = at(alice, 'helm@3.22.0')
  await hers.sh`helm create web`
  await hers.sh`helm package web`
  const refused = await hers.sh({ status: 1 })`helm push web-0.1.0.tgz oci://${registry.host}/team`
  const digest = (/manifests\/(sha256:[a-f\d]{64})"/.exec(refused.stderr) ?? [])[1] ?? ''
  assert.ok(refused.stderr.endsWith(`denied: ${denial({ repository: 'team/web', digest })}`), refused.stderr)
  const builder = at(ci, 'helm@3.22.0')
  await builder.sh`helm create web`
  await builder.sh`helm package web`
  await builder.sh`helm push web-0.1.0.tgz oci://${registry.host}/team`
  show({
    client: 'helm@3.22.0',
    story: 'push a chart that is to be signed',
    over,
    note: 'by an account that may pull unsigned charts: helm pulls what it has pushed before it tags it',
  })
}

/** A client that pulls: how it is told, and what it says when it may not. */
interface Puller {
  readonly client: string
  readonly repository: string
  readonly status: number
  readonly pull: (sh: Run, host: string) => Promise<RunResult>
  /** What stands in front of the registry's words. */
  readonly before: string
}

const pullers: readonly Puller[] = [
  {
    client: 'podman',
    repository: 'team/app',
    status: 125,
    pull: (sh, host) => sh`podman pull ${host}/team/app:1.0`,
    before: 'reading manifest 1.0 in HOST/team/app: denied: ',
  },
  {
    client: 'buildah',
    repository: 'team/app',
    status: 125,
    pull: (sh, host) => sh`buildah pull ${host}/team/app:1.0`,
    before: 'reading manifest 1.0 in HOST/team/app: denied: ',
  },
  {
    client: 'skopeo',
    repository: 'team/app',
    status: 1,
    pull: (sh, host) => sh`skopeo copy docker://${host}/team/app:1.0 dir:app`,
    before: 'reading manifest 1.0 in HOST/team/app: denied: ',
  },
  {
    client: 'crane',
    repository: 'team/app',
    status: 1,
    pull: (sh, host) => sh`crane pull ${host}/team/app:1.0 app.tar`,
    before: 'Error: GET https://HOST/v2/team/app/manifests/1.0: DENIED: ',
  },
  {
    client: 'oras',
    repository: 'team/app',
    status: 1,
    pull: (sh, host) => sh`oras pull ${host}/team/app:1.0`,
    before: 'Error response from registry: denied: ',
  },
  {
    client: 'helm@3.22.0',
    repository: 'team/web',
    status: 1,
    pull: (sh, host) => sh`helm pull oci://${host}/team/web --version 0.1.0`,
    before: 'GET "https://HOST/v2/team/web/manifests/0.1.0": response status code 403: denied: ',
  },
]

/** What nobody has signed is refused to bob, and each client prints the registry's words. */
export async function pullUnsigned({ say, registry, heard, at, show }: Ground): Promise<void> {
  say('Pull what nobody has signed')
  const { sh } = at(bob, ...pullers.map(({ client }) => client))
  for (const { client, repository, status, pull, before } of pullers) {
    const tag = repository === 'team/web' ? '0.1.0' : '1.0'
    const { digest = '' } = await served(registry, `/v2/${repository}/manifests/${tag}`, ci)
    const [{ stderr }, requests] = await heard.during(() => pull(sh({ status }), registry.host))
    const words = before.replaceAll('HOST', registry.host) + denial({ repository, digest })
    assert.ok(stderr.includes(words), stderr)
    const refused = requests.filter((request) => request.status === 403)
    assert.ok(refused.some((request) => lineOf(request) === `GET /v2/${repository}/manifests/${tag} 403`))
    assert.deepEqual([...new Set(refused.map(({ account }) => account))], [bob.username])
    show({ client, story: 'say why what is not signed is not pulled', over })
  }
}

/** What is signed is pulled, byte for byte. */
export async function pullSigned({ registry, at }: Ground, image: string): Promise<void> {
  const puller = at(bob, 'podman')
  await puller.sh`podman pull --quiet ${image}`
  assert.deepEqual(await filesOf(puller, image, ['app.txt']), [`an app from ${registry.url}\n`])
}
