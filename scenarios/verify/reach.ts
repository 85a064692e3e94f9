import assert from 'node:assert/strict'
import { failing, logIn, type Signer } from '../cosign/signer.js'
import type { Images } from './images.js'

/** The CA by a flag, the login where docker keeps it or by flags; what is missing is said. */
export async function reach(stranger: Signer, { signed }: Images): Promise<void> {
  const { registry, account, sh, say } = stranger
  if (!account) return
  const { host, caFile } = registry
  assert.ok(caFile)
  const image = `${signed}:1.0`
  // What the home has in the environment is taken away, so that the flag is seen to work.
  const plain = sh({ set: { NODE_EXTRA_CA_CERTS: '' } })

  say('which CA to trust')
  const untrusted = `the certificate of ${host} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE): name its CA with --ca-file`
  await failing(plain, { status: 1, message: untrusted })`start-registry verify --key cosign.pub ${image}`

  say('log in')
  const who = `${host} asks for a login: docker login ${host}`
  await failing(plain, { status: 1, message: who })`start-registry verify --key cosign.pub --ca-file ${caFile} ${image}`
  const login = ['--registry-username', account.username, '--registry-password', account.password]
  await plain`start-registry verify --key cosign.pub --ca-file ${caFile} ${login} ${image}`
  await logIn(stranger)
  await plain`start-registry verify --key cosign.pub --ca-file ${caFile} ${image}`
}
