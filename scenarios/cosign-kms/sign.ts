import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { claim, claimsIn } from '../cosign/claims.js'
import { failing, logIn, target, type Signer } from '../cosign/signer.js'
import { pushImage } from '../push-image.js'

/** A key management service, as it is used from a signer's desk. */
export interface Kms {
  /** What people call it. */
  readonly service: string
  /** What there is to know of it, for the compatibility table. */
  readonly note?: string
  /** What is in front of :// in the names of its keys. */
  readonly scheme: string
  /** What leads there. */
  readonly env: Readonly<Record<string, string>>
  /** What of that is nobody else's business. */
  readonly hide: readonly string[]
  /** What it says of a signature that is another key's. */
  readonly otherKey: string
  /** What it was asked since the last time that this was called, a line each. */
  readonly take: () => readonly string[]
  /** Those lines, for what cosign does with a key: makes it, tells its public key, signs and verifies with it. */
  readonly asked: (key: string) => Readonly<Record<'make' | 'tell' | 'sign' | 'verify', readonly string[]>>
}

/**
 * A key is made in a service and stays there; an image is signed with it, and verifies with the key there, with the public
 * key that was told, and by start-registry itself, and with no other key.
 */
export async function signWithKms(
  signer: Signer,
  { service, note, scheme, env, hide, otherKey, take, asked }: Kms,
): Promise<void> {
  const { cosign, registry, desk, say, show } = signer
  const { signing, verifying, failures } = cosign
  const kms = desk.sh({ set: env, hide })
  const verify = desk.sh({ set: { ...cosign.environment, ...env }, hide })
  const key = `${scheme}://release`
  const stranger = `${scheme}://stranger`
  const { digest } = await pushImage(target(signer, 'team/app'), '1.0', `an app that is signed by ${scheme}`)
  const image = `${registry.host}/team/app`
  const signed = `${image}@${digest}`

  say('keys that stay where they are made')
  const { stderr } = await kms`cosign generate-key-pair --kms ${key}`
  assert.match(stderr, /^Public key written to cosign\.pub$/m)
  assert.ok(!existsSync(join(desk.folder, 'cosign.key')))
  assert.deepEqual(take(), asked('release').make)
  await kms`cosign generate-key-pair --kms ${stranger} --output-key-prefix stranger`
  assert.deepEqual(take(), asked('stranger').make)
  assert.notEqual(desk.read('stranger.pub').toString(), desk.read('cosign.pub').toString())
  const told = await kms`cosign public-key --key ${key}`
  assert.equal(told.stdout.trim(), desk.read('cosign.pub').toString().trim())
  assert.deepEqual(take(), asked('release').tell)

  say('sign')
  await logIn(signer)
  await kms`cosign sign ${signing} --key ${key} ${signed}`
  assert.deepEqual(take(), asked('release').sign)

  say('verify with the key where it is')
  const expected = [claim(cosign, { image, reference: `@${digest}`, digest })]
  const there = await verify`cosign verify ${verifying} --key ${key} ${signed}`
  assert.deepEqual(claimsIn(there.stdout), expected)
  assert.doesNotMatch(there.stderr, /TUF/)
  assert.deepEqual(take(), asked('release').verify)
  // Of a bundle, cosign does not tell what the service said.
  const refusal = cosign.stores === 'tags' ? { ...failures.key, message: otherKey } : failures.key
  await failing(verify, refusal)`cosign verify ${verifying} --key ${stranger} ${signed}`
  assert.deepEqual(take(), asked('stranger').verify)

  say('verify with its public key')
  const here = await signer.verify`cosign verify ${verifying} --key cosign.pub ${signed}`
  assert.deepEqual(claimsIn(here.stdout), expected)
  await failing(signer.verify, failures.key)`cosign verify ${verifying} --key stranger.pub ${signed}`
  show(`sign and verify with a key of ${service}`, note)

  await verifyOurselves(signer, digest)
  assert.deepEqual(take(), [])
}

/** start-registry's own verification, by the command and in the process. */
async function verifyOurselves({ cosign, registry, desk, sh, say }: Signer, digest: string): Promise<void> {
  say('verify without cosign')
  const form = cosign.stores === 'tags' ? 'sig-tag' : 'bundle'
  const status = cosign.stores === 'tags' ? 12 : 1
  const reference = `${registry.host}/team/app:1.0`
  const ca = ['--ca-file', registry.caFile ?? assert.fail('this registry is to be talked to over TLS')]
  const good = await sh`start-registry verify ${ca} --key cosign.pub ${reference}`
  assert.ok(good.stdout.startsWith(`verified      ${reference}\n`), good.stdout)
  assert.ok(good.stdout.includes(`\ndigest        ${digest}\n`), good.stdout)
  const wrong = await sh({ status })`start-registry verify ${ca} --key stranger.pub ${reference}`
  assert.ok(wrong.stdout.startsWith(`NOT verified  ${reference}\n`), wrong.stdout)
  assert.match(wrong.stderr, /is not verified: .*\(SIG_INVALID\)/)

  for (const [key, verified] of [
    ['cosign.pub', true],
    ['stranger.pub', false],
  ] as const) {
    const verdict = await registry.verify('team/app:1.0', { key: desk.read(key).toString() })
    const looked = verdict.signatures.map((one) => [one.form, one.verified, one.findings.map(({ code }) => code)])
    assert.deepEqual([verdict.verified, verdict.digest], [verified, digest])
    assert.deepEqual(looked, [[form, verified, verified ? [] : ['SIG_INVALID']]])
    assert.equal(verdict.exitCode, verified ? 0 : status)
  }
}
