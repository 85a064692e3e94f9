import assert from 'node:assert/strict'
import { startRegistry } from '../../harness/index.js'
import type { RunResult } from '../../harness/run.js'
import { failing, password } from '../cosign/signer.js'
import { cosigns, type Cosign } from '../cosign/versions.js'
import { assertGranted, Heard } from '../heard.js'
import { byCertsD } from '../images.js'
import type { ScenarioContext } from '../scenario.js'
import { served } from '../served.js'
import { denial } from './denial.js'
import type { Keys } from './keys.js'

const over = 'http'

/**
 * A rule for tags: whatever is built can be pushed by its digest, so as to be signed, and only what is signed gets a tag
 * that people pull.
 */
export async function tagRule(context: ScenarioContext, keys: Keys): Promise<void> {
  await using registry = await startRegistry({
    admission: [{ repositories: 'release/*', keys: [keys.publicPem], actions: 'tag' }],
  })
  const heard = new Heard(registry)
  const { host } = registry
  const clients = ['podman', 'skopeo', 'crane']
  const { sh, write } = context.desk({ ...registry.env(), ...byCertsD }, { clients })

  context.say('Only what is signed gets a tag')
  write('app/app.txt', `a release from ${registry.url}\n`)
  write('app/Containerfile', 'FROM scratch\nCOPY app.txt /\n')
  await sh`podman build --tag ${host}/build/app:1.0 app`
  await sh`podman push ${host}/build/app:1.0`
  const { digest = '' } = await served(registry, '/v2/build/app/manifests/1.0')
  const refused = denial({ repository: 'release/app', digest }, { action: 'tagged', rule: 'release/*' })
  const from = `${host}/build/app:1.0`
  const to = `${host}/release/app`
  const attempts: readonly (readonly [client: string, result: RunResult])[] = [
    ['podman', await sh({ status: 125 })`podman push ${from} ${to}:1.0`],
    ['skopeo', await sh({ status: 1 })`skopeo copy docker://${from} docker://${to}:1.0`],
    ['crane', await sh({ status: 1 })`crane copy ${from} ${to}:1.0`],
  ]
  for (const [client, { stderr }] of attempts) {
    assert.match(stderr, /denied: |DENIED: /)
    assert.ok(stderr.includes(refused), stderr)
    context.show({ client, story: 'say why what is not signed gets no tag', over })
  }

  for (const cosign of cosigns) await release(context, cosign)
  assertGranted(heard.all, { scheme: 'http', accounts: [undefined], denials: true })

  async function release({ say, desk, show }: ScenarioContext, cosign: Cosign): Promise<void> {
    const { id, version, signing } = cosign
    const image = `${host}/release/by-${version}`
    say(`cosign ${version}: push by digest, sign, and tag`)
    const builder = desk(
      { ...registry.env(), ...byCertsD },
      { clients: [id, ...clients], hide: Object.values(password) },
    )
    builder.write('cosign.key', keys.privatePem)
    await builder.sh`skopeo copy docker://${from} docker://${image}@${digest}`
    await failing(builder.sh, { status: 1, message: 'DENIED: ' })`crane tag ${image}@${digest} 1.0`
    await builder.sh({ set: password })`cosign sign ${signing} --key cosign.key ${image}@${digest}`
    await builder.sh`crane tag ${image}@${digest} 1.0`
    await builder.sh`podman pull --quiet ${image}:1.0`
    show({ client: id, story: 'sign what only then gets a tag', over })
  }
}
