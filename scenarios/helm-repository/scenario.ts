import assert from 'node:assert/strict'
import { startRegistry, type Registry } from '../../harness/index.js'
import { assertGranted } from '../heard.js'
import { openHelm } from '../helm-oci/helm.js'
import { versions, type Version } from '../helm-oci/versions.js'
import { alice } from '../people.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { dependencies, fromOci, uploads, verification } from './charts.js'
import { etherpad } from './etherpad.js'
import { hostileChart } from './hostile.js'
import { repositories, type Repositories } from './repository.js'

/**
 * helm.sh, "The Chart Repository Guide", and Red Hat Quay's documentation: charts in a classic repository and by OCI are
 * the same charts, for helm 3.8, the newest 3 and the newest 4; over plain http, and over https by somebody who has
 * logged in.
 */
export const helmRepository: Scenario = {
  name: 'helm-repository',
  title: 'helm has the same charts in a classic repository and by OCI, and the plugin of ChartMuseum uploads them',
  clients: [...versions.map(({ client }) => client), 'helm-cm-push', 'gpg'],
  async run(context) {
    for (const version of versions) {
      await overHttp(context, version)
      await overHttps(context, version)
    }
  },
}

async function overHttp(context: ScenarioContext, version: Version): Promise<void> {
  await using registry = await startRegistry()
  const helm = open(context, { registry, version, names: [] })
  await stories(helm)
  assertGranted(helm.heard.all, { scheme: 'http', accounts: [undefined], refused: [409] })
}

async function overHttps(context: ScenarioContext, version: Version): Promise<void> {
  const names = version.speaksHttpToLoopback ? ['registry.test'] : []
  await using registry = await startRegistry({ tls: { names }, accounts: [alice] })
  const helm = open(context, { registry, version, names })
  await withoutLogin(helm)
  await stories(helm)
  assertGranted(helm.heard.all, { scheme: 'https', accounts: ['alice'], refused: [409] })
}

async function stories(helm: Repositories): Promise<void> {
  await etherpad(helm)
  await fromOci(helm)
  await dependencies(helm)
  await verification(helm)
  await uploads(helm)
  await hostileChart(helm)
}

interface OpenOptions {
  readonly registry: Registry
  readonly version: Version
  /** What it calls the registry instead of its address. */
  readonly names: readonly string[]
}

function open(context: ScenarioContext, { registry, version, names }: OpenOptions): Repositories {
  const [name] = names
  const { caFile } = registry
  const env = registry.env({ names })
  return repositories(
    openHelm(context, {
      registry,
      version,
      over: caFile === undefined ? 'http' : 'https, login',
      host: name === undefined ? registry.host : `${name}:${registry.port}`,
      auth: 'token',
      account: caFile === undefined ? undefined : alice,
      // Nothing but --ca-file trusts the registry where there is one.
      env: caFile !== undefined && version.hasCaFile ? { ...env, SSL_CERT_FILE: '' } : env,
      beside: ['helm-cm-push', 'gpg'],
      flags: flagsOf(version, caFile),
      // The name stands in an /etc/hosts that nobody else sees.
      sh: name === undefined ? undefined : (sh) => sh({ namespace: { hosts: names } }),
    }),
  )
}

function flagsOf(version: Version, caFile: string | undefined): readonly string[] {
  if (caFile === undefined) return version.plainHttp
  return version.hasCaFile ? ['--ca-file', caFile] : []
}

/** What is said to somebody who has no login, a wrong one, or no trust in the CA. */
async function withoutLogin(helm: Repositories): Promise<void> {
  const { say, fails, url, registry, show } = helm
  const trust = ['--ca-file', registry.caFile ?? '']
  const refused = `Error: looks like "${url('team')}" is not a valid chart repository or cannot be reached: `
  const unauthorized = `${refused}failed to fetch ${url('team')}/index.yaml : 401 Unauthorized`

  say('Without a login, and with a wrong one')
  const none = await fails`helm repo add team ${url('team')} ${trust}`
  assert.equal(none.stderr, unauthorized)
  const wrong = await fails({
    input: 'wrong',
  })`helm repo add team ${url('team')} --username alice --password-stdin ${trust}`
  assert.equal(wrong.stderr, unauthorized)

  say('Without the CA')
  const untrusted = await fails({ set: { SSL_CERT_FILE: '' } })`helm repo add team ${url('team')}`
  assert.ok(untrusted.stderr.startsWith(refused), untrusted.stderr)
  assert.match(untrusted.stderr, /x509: certificate signed by unknown authority$/)
  show('refuse a classic repository without login or trust')
}
