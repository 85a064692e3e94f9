import assert from 'node:assert/strict'
import { claimsIn, statementIn } from '../cosign/claims.js'
import { failing, target, type Signer } from '../cosign/signer.js'
import { pushImage } from '../push-image.js'

/** The versions of cosign on one registry: what each signs the others verify, as far as they know its format. */
export async function signForEachOther(one: Signer, two: Signer, three: Signer): Promise<void> {
  for (const { cosign, desk } of [one, two, three]) {
    for (const other of [one, two, three]) other.desk.write(keyOf(cosign), desk.read('cosign.pub').toString())
  }
  await signTags(one, [two, three])
  await signTags(two, [one, three])
  await signTags(three, [one, two], ['--new-bundle-format=false'])
  await signBundle(three, two)
  await attest(one, two, three)
  await useOldKey(one, [two, three])
  await useNewKey(two, one)
  await hideBehindBundle(two, three)
}

const keyOf = ({ version }: Signer['cosign']): string => `cosign-${version}.pub`

const needsRoot = { status: 1, message: 'Error: trusted root is required when using new bundle format' }

/** A signature behind a tag, which every version verifies. */
async function signTags(signer: Signer, others: readonly Signer[], flags: readonly string[] = []): Promise<void> {
  const { cosign, registry, sign, say } = signer
  const repository = `shared/by-${cosign.version}`
  const image = `${registry.host}/${repository}`
  const { digest } = await pushImage(target(signer, repository), '1.0', `an app, signed by cosign ${cosign.version}`)

  say('sign for the other versions')
  await sign`cosign sign ${cosign.signing} ${flags} --key cosign.key ${image}:1.0`
  for (const other of others) {
    other.say(`verify what cosign ${cosign.version} signed`)
    const { verifying } = other.cosign
    const { stdout } = await other.verify`cosign verify ${verifying} --key ${keyOf(cosign)} ${image}:1.0`
    assertVerified(stdout, digest)
    other.show(
      `verify what cosign ${cosign.version} signed`,
      flags.length === 0 ? undefined : `signed with ${flags.join(' ')}`,
    )
  }
}

/** A bundle, which cosign 2 verifies when it is given a trust root: one of nothing does. */
async function signBundle(three: Signer, two: Signer): Promise<void> {
  const image = `${three.registry.host}/shared/bundle`
  const { digest } = await pushImage(target(three, 'shared/bundle'), '1.0', 'an app with a bundle')
  three.say('sign with a bundle')
  await three.sign`cosign sign ${three.cosign.signing} --key cosign.key ${image}:1.0`

  two.say('verify a bundle')
  const key = keyOf(three.cosign)
  await failing(two.verify, needsRoot)`cosign verify ${two.cosign.verifying} --key ${key} ${image}:1.0`
  await two.sh`cosign trusted-root create --out root.json`
  const withRoot = [...two.cosign.verifying, '--trusted-root', 'root.json']
  const { stdout } = await two.verify`cosign verify ${withRoot} --key ${key} ${image}:1.0`
  assertVerified(stdout, digest)
  two.show('verify a bundle of cosign 3.1.3', 'with --trusted-root and a file that `cosign trusted-root create` makes')
}

/** Attestations of cosign 1 and of the others: neither side knows the other's format. */
async function attest(one: Signer, two: Signer, three: Signer): Promise<void> {
  const story = ({ cosign }: Signer): string => `verify an attestation of cosign ${cosign.version}`
  for (const signer of [one, two]) {
    const { cosign, desk, registry, sign, say } = signer
    const repository = `shared/attested-by-${cosign.version}`
    await pushImage(target(signer, repository), '1.0', `an app, attested by cosign ${cosign.version}`)
    say('attest for the other versions')
    desk.write('predicate.json', '{"builder":"our own"}\n')
    const image = `${registry.host}/${repository}:1.0`
    await sign`cosign attest ${cosign.signing} --key cosign.key --predicate predicate.json ${image}`
  }
  const images = `${one.registry.host}/shared/attested-by-`

  for (const other of [two, three]) {
    other.say(`verify an attestation of cosign ${one.cosign.version}`)
    const { verifying } = other.cosign
    const image = `${images}${one.cosign.version}:1.0`
    const message =
      'Error: no matching attestations: invalid payloadType  on envelope. Expected application/vnd.in-toto+json'
    const failure = { status: 1, message }
    await failing(other.verify, failure)`cosign verify-attestation ${verifying} --key ${keyOf(one.cosign)} ${image}`
    other.defect(story(one), message)
  }

  const image = `${images}${two.cosign.version}:1.0`
  const key = keyOf(two.cosign)
  one.say(`verify an attestation of cosign ${two.cosign.version}`)
  const unknown = { status: 1, message: /^error: no matching signatures:\nno matching subject digest found$/m }
  await failing(one.verify, unknown)`cosign verify-attestation --key ${key} ${image}`
  one.defect(story(two), 'error: no matching signatures: no matching subject digest found')
  three.say(`verify an attestation of cosign ${two.cosign.version}`)
  const { stdout } = await three.verify`cosign verify-attestation ${three.cosign.verifying} --key ${key} ${image}`
  assert.equal(statementIn(stdout).predicate.Data, '{"builder":"our own"}\n')
  three.show(story(two))
}

/** A private key of cosign 1 in the hands of its successors. */
async function useOldKey(one: Signer, others: readonly Signer[]): Promise<void> {
  const { version } = one.cosign
  const image = `${one.registry.host}/shared/old-key`
  const { digest } = await pushImage(target(one, 'shared/old-key'), '1.0', 'an app that is signed with an old key')
  for (const { cosign, desk, sign, verify, say, show } of others) {
    say(`sign with a key of cosign ${version}`)
    desk.write(`cosign-${version}.key`, one.desk.read('cosign.key').toString())
    await sign`cosign sign ${cosign.signing} --key cosign-${version}.key ${image}:1.0`
    const { stdout } = await verify`cosign verify ${cosign.verifying} --key ${keyOf(one.cosign)} ${image}:1.0`
    assertVerified(stdout, digest)
    show(`sign with a key of cosign ${version}`)
  }
}

/** A private key of cosign 2 in the hands of cosign 1. */
async function useNewKey(two: Signer, one: Signer): Promise<void> {
  const image = `${two.registry.host}/shared/new-key`
  await pushImage(target(two, 'shared/new-key'), '1.0', 'an app that is signed with a new key')
  const { version } = two.cosign
  one.say(`sign with a key of cosign ${version}`)
  one.desk.write(`cosign-${version}.key`, two.desk.read('cosign.key').toString())
  const message = 'getting signer: reading key: unsupported pem type: ENCRYPTED SIGSTORE PRIVATE KEY'
  await failing(one.sign, { status: 1, message })`cosign sign --key cosign-${version}.key ${image}:1.0`
  one.defect(`sign with a key of cosign ${version}`, message)
}

/** Once an image has one bundle, the signatures behind its tag are looked at no longer. */
async function hideBehindBundle(two: Signer, three: Signer): Promise<void> {
  const image = `${two.registry.host}/shared/both`
  const { digest } = await pushImage(target(two, 'shared/both'), '1.0', 'an app that is signed twice')
  const key = keyOf(two.cosign)
  two.say('a signature behind a tag')
  await two.sign`cosign sign ${two.cosign.signing} --key cosign.key ${image}:1.0`
  for (const { cosign, verify } of [two, three]) {
    const { stdout } = await verify`cosign verify ${cosign.verifying} --key ${key} ${image}:1.0`
    assertVerified(stdout, digest)
  }
  three.say('a bundle of somebody else beside it')
  await three.sign`cosign sign ${three.cosign.signing} --key cosign.key ${image}:1.0`
  const story = 'verify a signature behind a tag when there is a bundle too'
  const note = 'once there is a bundle, by whatever key, the signatures behind the tag are not looked at'
  await failing(two.verify, needsRoot)`cosign verify ${two.cosign.verifying} --key ${key} ${image}:1.0`
  two.defect(story, needsRoot.message, note)
  await failing(
    three.verify,
    three.cosign.failures.key,
  )`cosign verify ${three.cosign.verifying} --key ${key} ${image}:1.0`
  three.defect(story, 'Error: no matching attestations: failed to verify signature', note)
}

function assertVerified(stdout: string, digest: string): void {
  const claims = claimsIn(stdout)
  assert.ok(claims.length > 0)
  for (const { critical } of claims) assert.equal(critical.image['docker-manifest-digest'], digest)
}
