import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry, type Registry } from '../../harness/index.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { clients, type Auth } from './clients.js'
import { tokensExpire } from './expiry.js'
import { reaches } from './homes.js'
import { oneLogin, twoLogins } from './one-login.js'
import { alice, bob, carol, htpasswdOfDave, pushSomething } from '../people.js'
import { anonymousPull, fromHtpasswd, otherActions, pushIsDenied } from './permissions.js'
import { pushers } from './pushers.js'
import { logInAndOut } from './round.js'

/** podman-login(1), skopeo-login(1), buildah-login(1), and what helm, cosign, crane, oras and regctl have like it. */
export const login: Scenario = {
  name: 'login',
  title: 'every client logs in and out, and a push outlives its token or does not',
  clients: [...pushers.map(({ id }) => id), 'curl'],
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'start-registry-'))
    try {
      const htpasswd = join(folder, 'htpasswd')
      writeFileSync(htpasswd, `${htpasswdOfDave}\n`)
      for (const tls of [true, false]) {
        await using registry = await startRegistry({ tls, accounts: [alice, bob, carol], htpasswd })
        await pushSomething(context, registry)
        if (tls) await otherActions(context, registry)
        await everyClient(context, registry, 'token')
        await oneLogin(context, registry)
        if (tls) await twoLogins(context, registry)
        await pushIsDenied(context, registry)
        if (tls) await fromHtpasswd(context, registry)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
    for (const tls of [true, false]) {
      await using registry = await startRegistry({ tls, accounts: [alice], auth: 'basic' })
      await pushSomething(context, registry)
      await everyClient(context, registry, 'basic')
    }
    await anonymousPull(context)
    await tokensExpire(context)
  },
}

async function everyClient(context: ScenarioContext, registry: Registry, auth: Auth): Promise<void> {
  for (const client of clients) if (reaches(client.id, registry)) await logInAndOut(context, registry, auth, client)
}
