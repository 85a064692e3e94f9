import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { StartOptions } from '../../harness/index.js'
import { digestIn } from '../helm-oci/helm.js'
import { lineOf } from '../heard.js'
import { Curl } from '../quay/curl.js'
import { assertWhoWasGranted, quayServer, startQuay, type QuayServer } from '../quay/server.js'
import type { Desk, Scenario, ScenarioContext } from '../scenario.js'
import { quayHelms, withoutDigests, type QuayHelm } from './versions.js'

/** The first user: Quay takes no password of less than eight characters. */
const admin = { username: 'quayadmin', password: 'quaypass12345', email: 'quayadmin@example.com' }

/**
 * Red Hat Quay 3.7, "OCI Support and Red Hat Quay", 13.1 and 13.2: the operating system trusts Quay's certificate, an
 * organization is made, and a chart is packaged, pushed, deleted and pulled again.
 */
export const quayHelm: Scenario = {
  name: 'quay-helm',
  title: "helm pushes a chart to Quay and pulls it, as Quay's documentation tells it",
  clients: quayHelms.map(({ client }) => client),
  async run(context) {
    for (const helm of quayHelms) {
      for (const profile of helm.fallsShortOf) await play(context, helm, profile, pushInVain)
      for (const profile of helm.pushesTo) await play(context, helm, profile, pushAndPull)
    }
  },
}

/** Somebody with a chart, in front of a Quay that has him alone. */
interface Setting {
  readonly helm: QuayHelm
  readonly quay: QuayServer
  readonly desk: Desk
  readonly curl: Curl
  readonly say: (heading: string) => void
  readonly show: (story: string) => void
  readonly defect: (story: string, message: string, note: string) => void
}

async function play(
  context: ScenarioContext,
  helm: QuayHelm,
  profile: NonNullable<StartOptions['profile']>,
  story: (setting: Setting) => Promise<void>,
): Promise<void> {
  const { client } = helm
  await using quay = await startQuay(context, { profile, config: { FEATURE_USER_INITIALIZE: true } })
  const desk = quay.desk({ clients: [client], trust: 'system' })
  const named = profile.replace('quay-', 'Quay ')
  const over = 'https, login'
  const setting: Setting = {
    helm,
    quay,
    desk,
    curl: new Curl(desk.sh, quay),
    say: (heading) => context.say(`${client.replace('@', ' ')}, ${named}: ${heading}`),
    show: (story) => context.show({ client, over, story: `${story} ${named}` }),
    defect: (story, message, note) => context.defect({ client, over, story: `${story} ${named}`, message, note }),
  }
  await trustCertificate(setting)
  await createOrganization(setting)
  await packageAndLogIn(setting)
  await story(setting)
  assertWhoWasGranted(quay, [admin.username])
}

async function trustCertificate({ quay: { registry, host }, desk: { sh }, say }: Setting): Promise<void> {
  say('Trusted certificates')
  const { stderr } = await sh({ status: 60 })`curl --silent --show-error https://${host}/v2/`
  assert.match(stderr, /SSL certificate problem/)
  await sh`cp ${registry.caFile ?? ''} /usr/local/share/ca-certificates/${quayServer}.crt`
  await sh`update-ca-certificates`
  assert.equal((await sh`curl --silent --show-error https://${host}/v2/`).stdout, 'true')
}

async function createOrganization({ curl, say }: Setting): Promise<void> {
  say('Create organization in Quay')
  const first = (await curl.post('user/initialize', { ...admin, access_token: true }, 200)) as {
    readonly username: string
    readonly access_token: string
  }
  assert.equal(first.username, admin.username)
  curl.token = first.access_token
  assert.equal(await curl.post('organization/', { name: 'helm', email: 'helm@example.com' }, 201), 'Created')
}

async function packageAndLogIn({ quay: { host }, desk: { sh, folder }, say }: Setting): Promise<void> {
  say('Package the chart, and log in')
  // In place of `helm pull redhat-cop/etherpad --version=0.0.4 --untar`, which leaves the machine.
  await sh`helm create etherpad`
  const { stdout } = await sh`helm package ./etherpad --version 0.0.4`
  assert.equal(stdout, `Successfully packaged chart and saved it to: ${join(folder, 'etherpad-0.0.4.tgz')}`)
  const typed = sh({ input: admin.password })
  const login = await typed`helm registry login ${host} --username ${admin.username} --password-stdin`
  assert.equal(login.output, 'Login Succeeded')
}

async function pushAndPull(setting: Setting): Promise<void> {
  const { helm, quay, curl, desk, say, show } = setting
  const { host } = quay
  const { sh } = desk

  say('Push to the bare host, where there is no organization for what has no namespace')
  const refused = await sh({ status: 1 })`helm push etherpad-0.0.4.tgz oci://${host}`
  assert.equal(withoutDigests(refused.stderr), helm.refused(host, 'etherpad'))

  say('Push to the bare host: the chart is in the organization library')
  assert.equal(await curl.post('organization/', { name: 'library', email: 'library@example.com' }, 201), 'Created')
  const pushed = await sh`helm push etherpad-0.0.4.tgz oci://${host}`
  assert.equal(withoutDigests(pushed.output), `Pushed: ${host}/etherpad:0.0.4\nDigest: <digest>`)
  await assertTagged(setting, 'library/etherpad', digestIn(pushed))

  say('Push to the organization helm')
  const again = await sh`helm push etherpad-0.0.4.tgz oci://${host}/helm`
  assert.equal(again.output, `Pushed: ${host}/helm/etherpad:0.0.4\nDigest: ${digestIn(pushed)}`)
  await assertTagged(setting, 'helm/etherpad', digestIn(pushed))

  say('Delete the local copy, and pull')
  const chart = desk.read('etherpad-0.0.4.tgz')
  for (const repository of ['etherpad', 'library/etherpad', 'helm/etherpad']) {
    await sh`rm -rf etherpad-0.0.4.tgz`
    const pulled = await sh`helm pull oci://${host}/${repository} --version 0.0.4`
    assert.equal(pulled.output, `Pulled: ${host}/${repository}:0.0.4\nDigest: ${digestIn(pushed)}`)
    assert.deepEqual(desk.read('etherpad-0.0.4.tgz'), chart)
  }
  show('push and pull a chart on')
  show('push a chart to the library of')
}

/** What somebody meets whose helm is newer than his Quay: helm#31348. */
async function pushInVain(setting: Setting): Promise<void> {
  const { quay, desk, say, defect } = setting
  const { host, heard } = quay
  const { sh, folder } = desk

  say('Push')
  heard.take()
  const { stderr } = await sh({ status: 1 })`helm push etherpad-0.0.4.tgz oci://${host}/helm`
  const message = 'Error: failed to perform "Tag" on destination: <digest>: not found'
  assert.equal(withoutDigests(stderr), message)
  const manifests = heard.take().filter(({ route }) => route.kind === 'manifest')
  assert.deepEqual(manifests.slice(-2).map(lineOf).map(withoutDigests), [
    'PUT /v2/helm/etherpad/manifests/<digest> 201',
    'GET /v2/helm/etherpad/manifests/<digest> 404',
  ])
  await assertTagged(setting, 'helm/etherpad', undefined)
  await sh`rm -rf etherpad-0.0.4.tgz`
  const pull = await sh({ status: 1 })`helm pull oci://${host}/helm/etherpad --version 0.0.4`
  assert.match(pull.stderr, /: not found$/)
  assert.equal(existsSync(join(folder, 'etherpad-0.0.4.tgz')), false)
  const note =
    'Since 3.18 it asks for what it has pushed by its digest, which Quay before 3.9 does not know by that alone'
  defect('push and pull a chart on', message, note)
}

/** Asserts what the tags of a repository are: 0.0.4 with this digest, or none. */
async function assertTagged({ curl }: Setting, repository: string, digest: string | undefined): Promise<void> {
  const { tags } = (await curl.get(`repository/${repository}/tag/?onlyActiveTags=true`)) as {
    readonly tags: readonly { readonly name: string; readonly manifest_digest: string }[]
  }
  assert.deepEqual(
    tags.map((tag) => [tag.name, tag.manifest_digest]),
    digest === undefined ? [] : [['0.0.4', digest]],
  )
}
