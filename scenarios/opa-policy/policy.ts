import assert from 'node:assert/strict'
import type { RunResult } from '../../harness/run.js'
import { lineOf } from '../heard.js'
import { assertIsServed, oci } from '../images.js'
import { inOrasWords, type Unknown } from '../quay/refusal.js'
import type { Desk } from '../scenario.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'

/** The types of a bundle: conftest says that it does not know what its config is. */
export const types = {
  config: 'application/vnd.unknown.config.v1+json',
  policy: 'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego',
  data: 'application/vnd.cncf.openpolicyagent.data.layer.v1+json',
} as const

const policy = `package main

import rego.v1

deny contains message if {
	input.kind == "Deployment"
	input.spec.replicas < data.least
	message := sprintf("%d replicas are too few", [input.spec.replicas])
}
`

const data = '{"least": 2}\n'

const deployment = (replicas: number): string => `kind: Deployment\nspec:\n  replicas: ${replicas}\n`

/** A desk with conftest, and the flags that it needs: to an address of this machine it speaks plain http else. */
interface PolicyDesk extends Desk {
  readonly flags: readonly string[]
}

const conftestDesk = ({ registry, home }: Setting): PolicyDesk => ({
  ...home(),
  flags: registry.caFile === undefined ? [] : ['--tls'],
})

function writeBundle({ write }: Desk): void {
  write('policy/deny.rego', policy)
  write('policy/data.json', data)
}

/** Pushes a bundle of a policy and its data, pulls it somewhere else, and tests with it; `named` is the Quay, if it is one. */
export async function pushAndPull(setting: Setting, named: string | undefined): Promise<void> {
  const { say, registry, account, show, over } = setting
  const repository = `${registry.host}/alice/policies`
  const where = named === undefined ? '' : ` on ${named}`
  say(`conftest push${where}`)
  const author = conftestDesk(setting)
  writeBundle(author)
  const pushed = await author.sh`conftest push ${author.flags} ${repository}:1.0`
  const digest = /pushed bundle with digest: (sha256:[0-9a-f]{64})$/.exec(pushed.output)?.[1] ?? ''
  const reply = await served(registry, '/v2/alice/policies/manifests/1.0', account)
  assertIsServed(reply, digest, oci.image)
  const { config, layers = [] } = parseManifest(reply)
  assert.equal(config?.mediaType, types.config)
  assert.deepEqual(
    layers.map(({ mediaType, annotations }) => [mediaType, annotations?.['org.opencontainers.image.title']]),
    [
      [types.policy, 'policy/deny.rego'],
      [types.data, 'policy/data.json'],
    ],
  )

  say(`conftest pull, and test${where}`)
  const other = conftestDesk(setting)
  const { sh, read, write, flags } = other
  await sh`conftest pull ${flags} --policy pulled oci://${repository}:1.0`
  assert.deepEqual(
    ['deny.rego', 'data.json'].map((name) => read(`pulled/policy/${name}`).toString()),
    [policy, data],
  )
  write('few.yaml', deployment(1))
  write('enough.yaml', deployment(2))
  const test = ['--no-color', '--policy', 'pulled', '--data', 'pulled/policy']
  const few = await sh({ status: 1 })`conftest test ${test} few.yaml`
  assert.match(few.stdout, /^FAIL - few\.yaml - main - 1 replicas are too few$/m)
  const enough = await sh`conftest test ${test} enough.yaml`
  assert.match(enough.stdout, /^1 test, 1 passed, 0 warnings, 0 failures, 0 exceptions$/m)
  show({ client: 'conftest', story: `push and pull policies${where}`, over })
}

/** A bundle is refused where its types are not on the list. */
export async function failToPush(
  setting: Setting,
  named: string,
  unknown: Omit<Unknown, 'of' | 'type'>,
): Promise<void> {
  const { say, registry, account, show, over } = setting
  say(`conftest push to ${named}`)
  const { stderr } = await pushInVain(setting)
  const digest = /manifests\/(sha256:[0-9a-f]{64})/.exec(stderr)?.[1] ?? ''
  // The client's own spelling.
  const put = `pushing manifest conifg: PUT "${registry.url}/v2/alice/policies/manifests/${digest}"`
  const message = inOrasWords({ of: 'config', type: types.config, ...unknown })
  assert.ok(stderr.endsWith(`Error: push bundle: ${put}: response status code 400: ${message}`), stderr)
  assert.equal((await served(registry, '/v2/alice/policies/manifests/1.0', account)).status, 404)
  show({ client: 'conftest', story: `be told by ${named} that policies are not on its list`, over })
}

/** Where the types are on the list, and Quay knows no manifest that has no tag, conftest fails one step later. */
export async function failToTag(setting: Setting, named: string): Promise<void> {
  const { say, heard, defect, over } = setting
  say(`conftest push to ${named}, by a table that has the types`)
  const [{ stderr }, requests] = await heard.during(() => pushInVain(setting))
  const withoutDigests = (text: string): string => text.replaceAll(/sha256:[0-9a-f]{64}/g, '<digest>')
  const message = withoutDigests(stderr.split('\n').at(-1) ?? '')
  assert.equal(message, 'Error: push bundle: tagging: <digest>: not found')
  const manifests = requests.filter(({ route }) => route.kind === 'manifest')
  assert.deepEqual(manifests.map(lineOf).map(withoutDigests), [
    'PUT /v2/alice/policies/manifests/<digest> 201',
    'GET /v2/alice/policies/manifests/<digest> 404',
  ])
  const story = `push a bundle of policies to ${named} by its table`
  const note = 'It asks for what it has pushed by its digest, which Quay before 3.9 does not know by that alone'
  defect({ client: 'conftest', story, over, message, note })
}

async function pushInVain(setting: Setting): Promise<RunResult> {
  const desk = conftestDesk(setting)
  writeBundle(desk)
  return desk.sh({ status: 1 })`conftest push ${desk.flags} ${setting.registry.host}/alice/policies:1.0`
}
