import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../harness/index.js'
import type { Run } from '../../harness/run.js'
import { assertFails } from '../failure.js'
import { assertWho } from '../who.js'
import { Heard, lineOf } from '../heard.js'
import type { ScenarioContext } from '../scenario.js'
import { dockerConfig, type Auth, type LoginClient } from './clients.js'
import { homeWithoutLogins, overOf, schemeOf } from './homes.js'
import { alice, secrets } from '../people.js'

/** One client in front of one registry. */
interface Round {
  readonly registry: Registry
  readonly heard: Heard
  readonly auth: Auth
  readonly client: LoginClient
  readonly sh: Run
  /** What the client keeps, as it stands in its file. */
  readonly kept: () => string
}

/** A client logs in with a wrong password and with the right one, does something, logs out and may do it no more. */
export async function logInAndOut(
  context: ScenarioContext,
  registry: Registry,
  auth: Auth,
  client: LoginClient,
): Promise<void> {
  const over = overOf(registry)
  context.say(`${client.id.replace('@', ' ')} logs in and out, by ${auth === 'token' ? 'tokens' : 'Basic'}`)
  const env = homeWithoutLogins(registry)
  const desk = context.desk(env, { clients: [client.id], hide: secrets })
  desk.write('notes.txt', `notes for ${registry.url}\n`)
  const path = client.file.startsWith('~/')
    ? join(env['HOME'] ?? '', client.file.slice(2))
    : join(desk.folder, client.file)
  const kept = (): string => readFileSync(path, 'utf8')
  const round: Round = { registry, heard: new Heard(registry), auth, client, sh: desk.sh, kept }
  await wrongPassword(round)
  await rightPassword(round)
  context.show({ client: client.id, story: 'log in and out', over, ...noteOf(client) })
  if (!client.logout) {
    const none = await desk.sh({ status: 1 })`cosign logout ${registry.host}`
    assert.match(none.stderr, /^Error: unknown command "logout" for "cosign"$/m)
    return
  }
  await logOut(round, client.logout)
  if (client.id === 'regctl') {
    const message = 'panic: runtime error: invalid memory address or nil pointer dereference'
    context.defect({ client: client.id, story: 'log out twice', over, message })
  }
}

function noteOf({ tokenRequest, keepsWrong, logout }: LoginClient): { readonly note: string } | undefined {
  const notes = [
    ...(tokenRequest === undefined ? ['It asks nobody whether the password is right: only its use shows that.'] : []),
    ...(keepsWrong ? ['It keeps a wrong password too, and says so.'] : []),
    ...(logout ? [] : ['It has no logout.']),
  ]
  return notes.length === 0 ? undefined : { note: notes.join(' ') }
}

async function wrongPassword({ registry, heard, auth, client, sh, kept }: Round): Promise<void> {
  const { host } = registry
  const { tokenRequest } = client
  const wrong = client.wrong[auth]
  const input = 'guess'
  if (tokenRequest === undefined) {
    const { output } = await client.login(sh({ input }), host)
    assert.match(output, client.done)
    assert.deepEqual(heard.take(), [])
    await assertFails(wrong, sh, (failing) => client.use(failing, host))
    return
  }
  await assertFails(wrong, sh({ input }), (failing) => client.login(failing, host))
  const lines = new Set(heard.take().map(lineOf))
  assert.ok(lines.has(auth === 'token' ? `${tokenRequest} 401` : 'GET /v2/ 401'), [...lines].join('\n'))
  if (client.keepsWrong) assert.match(kept(), /"pass": "guess"/)
  else assert.throws(kept, { code: 'ENOENT' })
}

async function rightPassword({ registry, heard, auth, client, sh, kept }: Round): Promise<void> {
  const { host } = registry
  const { tokenRequest, file } = client
  heard.take()
  const { output } = await client.login(sh({ input: alice.password }), host)
  assert.match(output, client.done)
  const asked =
    auth === 'token' ? ['GET /v2/ 401', `${tokenRequest} 200`, 'GET /v2/ 200'] : ['GET /v2/ 401', 'GET /v2/ 200']
  assert.deepEqual(heard.take().map(lineOf), tokenRequest === undefined ? [] : asked)
  await sh`sh -c ${`cat ${file}`}`
  const text = kept()
  const expected = client.kept?.(host, auth, text) ?? dockerConfig(host)
  assert.deepEqual(JSON.parse(text), expected)

  await client.use(sh, host)
  const used = heard.take()
  const asksWithRefreshToken = used.some((event) => lineOf(event) === 'POST /v2/auth 200')
  assert.equal(asksWithRefreshToken, text.includes('"identitytoken"'))
  assertWho(used, `${schemeOf(registry)} alice ${auth === 'token' ? 'Bearer' : 'Basic'}`)
}

async function logOut({ registry, heard, auth, client, sh, kept }: Round, logout: NonNullable<LoginClient['logout']>) {
  const { host } = registry
  await logout(sh, host)
  assert.deepEqual(JSON.parse(kept()), client.left ?? { auths: {} })
  heard.take()
  await assertFails(client.nobody[auth], sh, (failing) => client.use(failing, host))
  assertWho(heard.take())
  if (client.again) await assertFails(client.again, sh, (failing) => logout(failing, host))
  else await logout(sh, host)
}
