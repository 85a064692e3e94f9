import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import { assertFails } from '../failure.js'
import { assertWho } from '../who.js'
import { Heard } from '../heard.js'
import { alice, secrets } from '../people.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import { sets, type TrustClient } from './clients.js'

/** A name that leads to the registry by /etc/hosts: one that no client takes for its own machine's. */
export const hostName = 'registry.test'

const over = 'https, login'

/** Clients at a desk that does not trust the registry, but is logged in. */
export interface Place {
  readonly desk: Desk
  readonly sh: Run
  readonly clients: readonly TrustClient[]
}

/** What every way to trust needs. */
export interface Stage {
  readonly context: ScenarioContext
  readonly registry: Registry
  readonly host: string
  readonly heard: Heard
  readonly places: readonly Place[]
}

/** Opens a desk for each set of clients. */
export async function openPlaces(context: ScenarioContext, registry: Registry): Promise<Stage> {
  const places: Place[] = []
  context.say('Something to push')
  for (const clients of sets) {
    const env = registry.env({ as: alice.username, names: [hostName], trust: false })
    // The home's own settings lead regctl to https already; those that it makes itself are its own.
    const own = { ...env, REGCTL_CONFIG: join(env['HOME'] ?? '', 'regctl.json') }
    const desk = context.desk(own, { clients: clients.map(({ id }) => id), hide: secrets })
    const sh = desk.sh({ namespace: { hosts: [hostName] } })
    desk.write('notes.txt', `notes for ${registry.url}\n`)
    await sh`cp ${registry.caFile ?? ''} ca.pem`
    await sh`helm create web`
    await sh`helm package web`
    places.push({ desk, sh, clients })
  }
  return { context, registry, host: `${hostName}:${registry.port}`, heard: new Heard(registry), places }
}

/** Without the CA each client refuses to talk, in its own words, and the registry is asked nothing. */
export async function byNothing({ context, host, heard, places }: Stage): Promise<void> {
  for (const { sh, clients } of places) {
    for (const client of clients) {
      context.say(`${nameOf(client)} does not trust the registry`)
      await assertFails(client.stranger, sh, (failing) => client.use(failing, host, []))
      assert.deepEqual(heard.take(), [])
    }
  }
}

/** The CA in a flag, or in a setting. */
export async function byFlag(stage: Stage): Promise<void> {
  const { context, registry, host, places } = stage
  for (const { sh, clients } of places) {
    for (const client of clients) {
      const { flags, setting, note } = client
      if (!flags && !setting) continue
      context.say(`${nameOf(client)} trusts the CA by ${flags ? 'a flag' : 'a setting'}`)
      await setting?.on(sh, host)
      await assertTrusts(stage, client, () => client.use(sh, host, flags?.(registry) ?? []))
      await setting?.off(sh, host)
      context.show({ client: client.id, story: 'trust a CA by a flag', over, ...(note !== undefined && { note }) })
    }
  }
}

/** The CA in a variable of the environment. */
export async function byEnvironment(stage: Stage): Promise<void> {
  const { context, host, places } = stage
  for (const { sh, clients } of places) {
    for (const client of clients) {
      context.say(`${nameOf(client)} trusts the CA by ${client.variable}`)
      const set = { [client.variable]: 'ca.pem' }
      await assertTrusts(stage, client, () => client.use(sh({ set }), host, []))
      context.show({ client: client.id, story: 'trust a CA by the environment', over })
    }
  }
}

/** The CA in the system's store: "ensure that your operating system has been configured to trust the certificates". */
export async function bySystem(stage: Stage): Promise<void> {
  const { context, host, places } = stage
  const [first] = places
  assert.ok(first)
  const trust = join(first.desk.folder, 'trust')
  const namespace = { hosts: [hostName], trust }
  context.say('The operating system trusts the CA')
  const inStore = '/usr/local/share/ca-certificates/start-registry.crt'
  const root = first.sh({ namespace })
  await root`cp ca.pem ${inStore}`
  const updated = await root`update-ca-certificates`
  assert.match(updated.stdout, /\d added, 0 removed; done\.$/m)
  // All of that was so in a copy of the store.
  for (const path of [inStore, '/etc/ssl/certs/start-registry.pem']) assert.equal(existsSync(path), false, path)
  for (const { sh, clients } of places) {
    for (const client of clients) {
      context.say(`${nameOf(client)} trusts what the operating system trusts`)
      await assertTrusts(stage, client, () => client.use(sh({ namespace }), host, []))
      if (client.id.startsWith('helm')) await helmAsDocumented(stage, client, sh({ namespace }))
      context.show({ client: client.id, story: "trust a CA by the system's store", over })
    }
  }
}

/** The documentation's commands: log in, push, delete the local copy, pull. */
async function helmAsDocumented({ host, heard }: Stage, { id }: TrustClient, sh: Run): Promise<void> {
  const login = sh({ input: alice.password })`helm registry login ${host} --username alice --password-stdin`
  assert.match((await login).output, /^Login Succeeded$/m)
  const pushed = await sh`helm push web-0.1.0.tgz oci://${host}/charts`
  await sh`rm -rf web-0.1.0.tgz`
  const pulled = await sh`helm pull oci://${host}/charts/web --version 0.1.0`
  const digest = ({ output }: RunResult): string | undefined => /^Digest: (sha256:[0-9a-f]{64})$/m.exec(output)?.[1]
  assert.notEqual(digest(pushed), undefined, id)
  assert.equal(digest(pulled), digest(pushed))
  assertWho(heard.take(), 'https alice Bearer')
}

async function assertTrusts({ heard }: Stage, { id }: TrustClient, use: () => Promise<unknown>): Promise<void> {
  heard.take()
  await use()
  // What the registry was asked is what tells: cosign and crane would have taken http.
  assertWho(heard.take(), id === 'curl' ? 'https alice Basic' : 'https alice Bearer')
}

const nameOf = ({ id }: TrustClient): string => id.replace('@', ' ')
