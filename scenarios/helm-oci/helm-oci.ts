import assert from 'node:assert/strict'
import { startRegistry } from '../../harness/index.js'
import { assertGranted } from '../heard.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { alice } from '../people.js'
import { makeChart } from './chart.js'
import { dependencies } from './dependencies.js'
import { openHelm, type Helm } from './helm.js'
import { login, logout, pullOnly, withoutTrust } from './login.js'
import { provenance } from './provenance.js'
import { pull, push, pushBuild } from './push-and-pull.js'
import { showAndTemplate } from './show.js'
import { versions, type Version, type Where } from './versions.js'

/**
 * helm.sh, "Use OCI-based registries": a chart is packaged, pushed, pulled, shown, rendered, depended on and signed, by
 * helm 3.8, the newest 3 and the newest 4; over plain http, and over https by somebody who has logged in.
 */
export const helmOci: Scenario = {
  name: 'helm-oci',
  title: 'helm logs in, pushes charts and pulls them, shows them, depends on them and verifies them',
  clients: [...versions.map(({ client }) => client), 'gpg'],
  async run(context) {
    for (const version of versions) {
      await overHttp(context, version)
      if (version.speaksHttpToLoopback) await overHttpsToLoopback(context, version)
      await overHttps(context, version, 'token')
      await overHttps(context, version, 'basic')
    }
  },
}

async function overHttp(context: ScenarioContext, version: Version): Promise<void> {
  await using registry = await startRegistry()
  const helm = openHelm(context, {
    registry,
    version,
    over: 'http',
    host: registry.host,
    auth: 'token',
    account: undefined,
    env: registry.env(),
    flags: version.plainHttp,
  })
  await makeChart(helm)
  await keepCharts(helm)
  assertGranted(helm.heard.all, { scheme: 'http', accounts: [undefined] })
}

/** Somebody who may only pull. */
const bob = { username: 'bob', password: 'a password of bob', permissions: ['team/*:pull'] }

/** With `basic`, only what differs by how one logs in. */
async function overHttps(context: ScenarioContext, version: Version, auth: Where['auth']): Promise<void> {
  const names = version.speaksHttpToLoopback ? ['registry.test'] : []
  await using registry = await startRegistry({ tls: { names }, accounts: [alice, bob], auth })
  const open = (account: Helm['account'], as?: string): Helm =>
    openOverHttps(context, { registry, version, auth, account, names, env: registry.env({ names, as }) })
  const helm = open(alice)
  await makeChart(helm)
  if (auth === 'token') await withoutTrust(helm)
  await login(helm)
  if (auth === 'token') await keepCharts(helm)
  else await pull(helm, await push(helm))
  await logout(helm)
  helm.show(auth === 'token' ? 'log in and out' : 'log in and out without a token service')
  assertGranted(helm.heard.all, { scheme: 'https', accounts: ['alice'] })
  if (auth === 'basic') return
  const reader = open(bob, 'bob')
  await pullOnly(reader)
  assertGranted(reader.heard.all, { scheme: 'https', accounts: ['bob'], denials: true })
}

interface HttpsOptions extends Pick<Helm, 'registry' | 'version' | 'auth' | 'account'> {
  /** What it calls the registry instead of its address. */
  readonly names: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

function openOverHttps(context: ScenarioContext, { names, env, ...options }: HttpsOptions): Helm {
  const { registry, version } = options
  const [name] = names
  return openHelm(context, {
    ...options,
    over: 'https, login',
    host: name === undefined ? registry.host : `${name}:${registry.port}`,
    // Nothing but --ca-file trusts the registry where there is one: this leaves Go with the system's own roots.
    env: version.hasCaFile ? { ...env, SSL_CERT_FILE: '' } : env,
    flags: version.hasCaFile ? ['--ca-file', registry.caFile ?? ''] : [],
    // The name stands in an /etc/hosts that nobody else sees.
    sh: name === undefined ? undefined : (sh) => sh({ namespace: { hosts: names } }),
  })
}

/** What becomes of https where a client knows better. */
async function overHttpsToLoopback(context: ScenarioContext, version: Version): Promise<void> {
  await using registry = await startRegistry({ tls: true })
  const helm = openHelm(context, {
    registry,
    version,
    over: 'https',
    host: registry.host,
    auth: 'token',
    account: undefined,
    env: registry.env(),
    flags: [],
  })
  await makeChart(helm)
  const { say, fails, host, heard, defect } = helm

  say('It speaks http to loopback addresses')
  const { stderr } = await fails`helm push web-0.1.0.tgz oci://${host}/team`
  assert.equal(stderr, 'Error: unexpected status: 400 Bad Request')
  assert.deepEqual([...new Set(heard.all.map(({ scheme, status }) => `${scheme} ${status}`))], ['http 400'])
  defect(
    'push a chart to 127.0.0.1',
    stderr,
    'It speaks plain http to localhost, 127.* and ::1 whatever is there, and https to any other name',
  )
}

/** What does not differ by how the registry is reached. */
async function keepCharts(helm: Helm): Promise<void> {
  const digest = await push(helm)
  await showAndTemplate(helm, digest)
  await dependencies(helm, digest)
  await pull(helm, digest)
  await pushBuild(helm)
  await provenance(helm)
}
