import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { alice } from '../people.js'
import { assertAsked, type Helm } from './helm.js'

const credentials = ['--username', alice.username, '--password-stdin']

const untrusted = /x509: certificate signed by unknown authority$/

/** What is said to somebody whose helm does not trust the registry's CA. */
export async function withoutTrust(helm: Helm): Promise<void> {
  const { say, sh, host, version, show, defect } = helm
  const story = 'refuse to log in where the CA is not trusted'
  const strange = version.hasCaFile ? sh : sh({ set: { SSL_CERT_FILE: '' } })

  say('Without the CA')
  const push = await strange({ status: 1 })`helm push web-0.1.0.tgz oci://${host}/team`
  assert.match(push.stderr, untrusted)
  const input = alice.password
  if (version.hasCaFile) {
    const { stderr } = await strange({ input, status: 1 })`helm registry login ${host} ${credentials}`
    assert.match(stderr, new RegExp(`^Error: authenticating to "${host}": .*${untrusted.source}`))
    show(story)
  } else {
    const { stdout } = await strange({ input })`helm registry login ${host} ${credentials}`
    assert.equal(stdout, 'Login Succeeded')
    await sh`helm registry logout ${host}`
    defect(story, stdout, 'At login, and only then, it takes any certificate from an address of this machine')
  }
}

/** Logs in, after having seen what is said to those who have not, or wrongly. */
export async function login(helm: Helm): Promise<void> {
  const { say, sh, fails, host, auth, flags, version, heard } = helm

  say('Before login')
  const push = await fails`helm push web-0.1.0.tgz oci://${host}/team ${flags}`
  assert.equal(push.stderr.replace(/sha256:[0-9a-f]{64}/, '<digest>'), version.says.pushRefused(helm))
  await assertCannotPull(helm)

  say('Login with a wrong password')
  const [wrong, askedWrongly] = await heard.during(
    () => fails({ input: 'a guess' })`helm registry login ${host} ${credentials} ${flags}`,
  )
  assert.equal(wrong.stderr, version.says.wrongPassword(helm))
  assertAsked(helm, askedWrongly, version.asks.wrongPassword)

  say('Login')
  const typed = sh({ input: alice.password })
  const [right, asked] = await heard.during(() => typed`helm registry login ${host} ${credentials} ${flags}`)
  assert.equal(right.output, 'Login Succeeded')
  assertAsked(helm, asked, version.asks.login)
  assert.deepEqual(Object.keys(loginOf(helm) ?? {}), [version.keeps[auth]])
}

/** Logs out, and has nothing left. */
export async function logout(helm: Helm): Promise<void> {
  const { say, sh, host, version } = helm

  say('Logout')
  const out = await sh`helm registry logout ${host}`
  assert.equal(out.output, version.says.logout(helm))
  assert.equal(loginOf(helm), undefined)
  await assertCannotPull(helm)
  const again = await sh({ status: version.secondLogoutStatus })`helm registry logout ${host}`
  assert.equal(again.output, version.says.secondLogout(helm))
}

async function assertCannotPull(helm: Helm): Promise<void> {
  const { fails, host, flags, version } = helm
  const { stderr } = await fails`helm pull oci://${host}/team/web --version 0.1.0 ${flags}`
  assert.equal(stderr, version.says.pullRefused(helm))
}

/** What helm's config file has for the registry. */
function loginOf({ configFile, host }: Helm): Readonly<Record<string, string>> | undefined {
  const { auths } = JSON.parse(readFileSync(configFile, 'utf8')) as {
    readonly auths: Readonly<Record<string, Record<string, string>>>
  }
  return auths[host]
}

/** Pulls for bob, who may do no more, and sees what he is told when he pushes. */
export async function pullOnly(helm: Helm): Promise<void> {
  const { say, sh, fails, host, flags, version, show } = helm

  say('Somebody who may pull, and not push')
  await sh`helm pull oci://${host}/team/web --version 0.1.0 --untar ${flags}`
  await sh`helm package web --version 0.2.0`
  const push = await fails`helm push web-0.2.0.tgz oci://${host}/team ${flags}`
  assert.equal(push.stderr, version.says.pushDenied(helm))
  show('pull with no more than the right to')
}
