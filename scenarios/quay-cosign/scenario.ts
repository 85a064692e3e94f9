import assert from 'node:assert/strict'
import { claimsIn, payload } from '../cosign/claims.js'
import { password } from '../cosign/signer.js'
import { onlyLayer, tagOf } from '../cosign/stored.js'
import { lineOf } from '../heard.js'
import { pushBusybox } from '../quay/busybox.js'
import { assertWhoWasGranted, quayadmin, startQuay, type QuayServer } from '../quay/server.js'
import type { Desk, Scenario, ScenarioContext } from '../scenario.js'
import type { Manifest } from '../served.js'
import { quayCosigns, type QuayCosign } from './versions.js'

/** Whose repository it is; the one who signs may write to it. */
const user1 = {
  password: 'password of user1',
  repositories: { busybox: { permissions: { [quayadmin.username]: 'write' } } },
} as const

const accounts = [quayadmin]

/**
 * Red Hat Quay 3.7, "OCI Support and Red Hat Quay", 13.5 "Using cosign with quay": keys are made, signing fails with the
 * error that some users experience, podman logs in where cosign looks, and then the image is signed and verified.
 */
export const quayCosign: Scenario = {
  name: 'quay-cosign',
  title: "cosign signs an image in Quay and verifies it, as Quay's documentation tells it",
  clients: [...quayCosigns.map(({ cosign }) => cosign.id), 'podman', 'skopeo'],
  async run(context) {
    for (const version of quayCosigns) await play(context, version)
  },
}

async function play(context: ScenarioContext, version: QuayCosign): Promise<void> {
  const { cosign } = version
  await using quay = await startQuay(context, { profile: 'quay-3.7', accounts, quay: { users: { user1 } } })
  const say = (heading: string): void => context.say(`cosign ${cosign.version}: ${heading}`)
  const image = `${quay.host}/user1/busybox:test`

  say('An image that is there')
  const digest = await pushBusybox(quay.desk({ as: 'user1' }), image, `busybox for cosign ${cosign.version}`)

  const desk = quay.desk({ clients: [cosign.id, 'podman', 'skopeo'], hide: Object.values(password) })
  const sign = desk.sh({ set: password })

  say('Generate a keypair')
  const { output } = await sign`cosign generate-key-pair`
  assert.match(output, /^Private key written to cosign.key\nPublic key written to cosign.pub$/m)

  say('Some users may experience the following error')
  quay.heard.take()
  const refused = await sign({ status: 1 })`cosign sign ${version.sign} cosign.key ${image}`
  const request = `GET https://${quay.host}/v2/user1/busybox/manifests/test`
  assert.ok(refused.stderr.split('\n').includes(version.unauthorized(image, request)), refused.stderr)
  assertTokenForNothing(quay)

  say('Log in')
  await logIn(quay, desk)

  say('Sign')
  const repository = image.replace(/:test$/, '')
  const tag = tagOf(digest, '.sig')
  const signed = await sign`cosign sign ${version.sign} cosign.key ${image}`
  assert.ok(signed.stderr.split('\n').includes(version.pushing(repository, tag)), signed.stderr)
  const tags = JSON.parse((await desk.sh`skopeo list-tags docker://${repository}`).stdout) as {
    readonly Tags: string[]
  }
  assert.deepEqual(tags.Tags, ['test', tag])
  const raw = await desk.sh`skopeo inspect --raw docker://${repository}:${tag}`
  const layer = onlyLayer(JSON.parse(raw.stdout) as Manifest)
  assert.equal(layer.mediaType, 'application/vnd.dev.cosign.simplesigning.v1+json')

  say('Verify')
  const verify = desk.sh({ set: cosign.environment })
  const verified = await verify`cosign verify ${version.verify} cosign.pub ${image}`
  assert.match(verified.stderr, /The signatures were verified against the specified public key/)
  assert.doesNotMatch(verified.stderr, /TUF/)
  assert.deepEqual(claimsIn(verified.stdout), [payload(repository, digest)])
  assertWhoWasGranted(quay, ['user1', quayadmin.username])
  context.show({ client: cosign.id, story: 'sign and verify on Quay 3.7', over: 'https, login' })
}

/** Who has not logged in gets a token all the same, for nothing: that is why the image is what is not authorized. */
function assertTokenForNothing({ heard }: QuayServer): void {
  const requests = heard.take()
  const [base, token, manifest] = requests
  assert.equal(base && lineOf(base), 'GET /v2/ 401')
  assert.deepEqual([token?.route.kind, token?.status, token?.account], ['token', 200, undefined])
  assert.equal(manifest && lineOf(manifest), 'GET /v2/user1/busybox/manifests/test 401')
}

// By a shell, which knows what ~ is.
async function logIn({ host }: QuayServer, { sh }: Desk): Promise<void> {
  const login = `podman login --authfile ~/.docker/config.json --username ${quayadmin.username} --password-stdin ${host}`
  const { output } = await sh({ input: quayadmin.password })`sh -c ${login}`
  assert.equal(output, 'Login Succeeded!')
  const { stdout } = await sh`sh -c ${'cat ~/.docker/config.json'}`
  assert.deepEqual(JSON.parse(stdout), { auths: { [host]: { auth: 'cXVheWFkbWluOnBhc3N3b3Jk' } } })
}
