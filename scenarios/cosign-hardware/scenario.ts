import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { claimsIn, payload } from '../cosign/claims.js'
import { failing } from '../cosign/signer.js'
import { cosign2 } from '../cosign/versions.js'
import { alice } from '../people.js'
import { pushImage } from '../push-image.js'
import type { Desk, Scenario } from '../scenario.js'
import { tell, type Setting } from '../setting.js'
import { hsm, label, makeToken, pin, putCertificate, softHsm, soPin, token } from './token.js'

const client = 'cosign-pkcs11'
const over = 'https, login'
const { signing, verifying, environment, failures } = cosign2

/**
 * docs.sigstore.dev, "PKCS11 Tokens", with SoftHSM for a token: the key pair is made in the token, whose private key never
 * leaves it, and signs; whoever has the public key verifies without the token.
 */
export const cosignHardware: Scenario = {
  name: 'cosign-hardware',
  title: 'cosign signs with a key in a hardware token, and whoever has its public key verifies',
  clients: [client, 'softhsm2-util', 'opensc-tool'],
  async run(context) {
    await tell(context, [over], signInToken)
  },
}

async function signInToken(setting: Setting): Promise<void> {
  const { home, registry, say, show, defect } = setting
  const desk = home({ hide: [alice.password, pin, soPin] })
  const module = softHsm()
  const key = `pkcs11:token=${token};object=${label}?module-path=${module}`
  const { digest } = await pushImage({ registry, account: alice, repository: 'team/app' }, '1.0', 'an app')
  const image = { name: `${registry.host}/team/app`, digest }

  say('A token, and a key pair in it')
  const publicKey = await makeToken(desk, module)

  say('What is in the token')
  const listed = await listKey(desk, module)
  show({
    client,
    story: 'list the tokens of a PKCS#11 library, and the keys in one',
    over,
    note: 'the URIs of keys have the PIN in them, that of COSIGN_PKCS11_PIN too',
  })

  say('The public key comes out')
  await exportKey(desk, key, publicKey)
  show({ client, story: 'tell the public key of a key in a PKCS#11 token', over })

  say('A wrong PIN, no such key, no such token')
  await failWithoutKey(desk, key, `${image.name}@${digest}`)

  say('A certificate beside the key')
  assert.ok(registry.caFile)
  await putCertificate(desk, module, registry.caFile)
  await failBesideCertificate(desk, key, `${image.name}@${digest}`)

  say('Sign, and verify with the token and without')
  await signAndVerify(desk, { key, listed }, image)
  show({ client, story: 'sign and verify with a key in a PKCS#11 token', over })

  say('Verify with the token, and the PIN in the environment')
  await failToTakePin(desk, key, `${image.name}@${digest}`)
  defect({
    client,
    story: 'verify with a PKCS#11 token and the PIN in COSIGN_PKCS11_PIN',
    over,
    message: noPin,
    note: pinNote,
  })

  say('The registry verifies')
  await verifyOurselves(setting, desk, image)
}

interface Image {
  /** Where it is, without tag and digest. */
  readonly name: string
  readonly digest: string
}

const pinNote = 'verify takes it from the URI of the key alone, as pin-value'

const withPin = (text: string): Readonly<Record<string, string>> => ({ ...hsm, COSIGN_PKCS11_PIN: text })

/** Lists the token and the key in it, and answers the key's URI, which has the PIN in it. */
async function listKey({ sh }: Desk, module: string): Promise<string> {
  const tokens = await sh({ set: hsm })`cosign-pkcs11 pkcs11-tool list-tokens --module-path ${module}`
  const slot = new RegExp(`^Token in slot (\\d+)\n\tLabel: ${token}\n\tManufacturer: SoftHSM project$`, 'm')
  const [, id] = slot.exec(tokens.stdout) ?? []
  assert.ok(id, tokens.stdout)
  const keys = sh({ set: withPin(pin) })
  const { stdout } = await keys`cosign-pkcs11 pkcs11-tool list-keys-uris --module-path ${module} --slot-id ${id}`
  const uri = `pkcs11:token=${token};slot-id=${id};id=%01;object=${label}?module-path=${module}&pin-value=${pin}`
  assert.deepEqual(stdout.trim().split('\n').slice(1), ['Object 0', `\tLabel: ${label}`, '\tID: 01', `\tURI: ${uri}`])
  return uri
}

/** Writes cosign.pub, which is the token's public key, and stranger.pub, whose private key nobody has. */
async function exportKey({ sh, write }: Desk, key: string, publicKey: Buffer): Promise<void> {
  const { stdout } = await sh({ set: withPin(pin) })`cosign-pkcs11 public-key --key ${key}`
  const exported = createPublicKey(stdout)
  assert.equal(exported.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.deepEqual(exported.export({ type: 'spki', format: 'der' }), publicKey)
  write('cosign.pub', `${stdout}\n`)
  const { publicKey: stranger } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  write('stranger.pub', stranger.export({ type: 'spki', format: 'pem' }).toString())
}

/** With a wrong PIN, or with the name of no key, nothing is signed. */
async function failWithoutKey({ sh }: Desk, key: string, image: string): Promise<void> {
  const wrong = sh({ set: withPin('a guess') })
  const opening = 'opening pkcs11 token key: failed to log into long term session: pkcs11: 0xA0: CKR_PIN_INCORRECT'
  await failing(wrong, { status: 1, message: opening })`cosign-pkcs11 sign ${signing} --key ${key} ${image}`
  await failing(wrong, { status: 1, message: opening })`cosign-pkcs11 public-key --key ${key}`
  const right = sh({ set: withPin(pin) })
  const other = key.replace(`object=${label}`, 'object=other')
  const unset = { status: 1, message: 'initializing pkcs11 token signer verifier: signer not set' }
  await failing(right, unset)`cosign-pkcs11 sign ${signing} --key ${other} ${image}`
  const otherToken = key.replace(`token=${token}`, 'token=other')
  const none = { status: 1, message: 'opening pkcs11 token key: could not find PKCS#11 token' }
  await failing(right, none)`cosign-pkcs11 sign ${signing} --key ${otherToken} ${image}`
  const verify = sh({ set: environment })
  await failing(verify, failures.unsigned)`cosign-pkcs11 verify ${verifying} --key cosign.pub ${image}`
}

/** A certificate that is in the token under the key's name would go into the signature, and has to be of the key. */
async function failBesideCertificate({ sh }: Desk, key: string, image: string): Promise<void> {
  const message = 'getting signer: pkcs11 key and certificate do not match'
  const sign = sh({ set: withPin(pin) })
  await failing(sign, { status: 1, message })`cosign-pkcs11 sign ${signing} --key ${key} ${image}`
}

/** Signs all the same, by not looking at certificates, and verifies by the public key and by the token. */
async function signAndVerify(
  { sh }: Desk,
  keys: { readonly key: string; readonly listed: string },
  image: Image,
): Promise<void> {
  const { name, digest } = image
  const sign = sh({ set: { ...withPin(pin), COSIGN_PKCS11_IGNORE_CERTIFICATE: '1' } })
  await sign`cosign-pkcs11 sign ${signing} --key ${keys.key} ${name}@${digest}`

  const verify = sh({ set: environment })
  const withToken = sh({ set: { ...hsm, ...environment } })
  for (const [run, key] of [
    [verify, 'cosign.pub'],
    [withToken, keys.listed],
  ] as const) {
    const { stdout, stderr } = await run`cosign-pkcs11 verify ${verifying} --key ${key} ${name}@${digest}`
    assert.match(stderr, /The signatures were verified against the specified public key/)
    // Nobody was asked beside the registry.
    assert.doesNotMatch(stderr, /TUF/)
    assert.deepEqual(claimsIn(stdout), [payload(name, digest)])
  }
  await failing(verify, failures.key)`cosign-pkcs11 verify ${verifying} --key stranger.pub ${name}@${digest}`
}

// A library that is given no PIN at all says this.
const noPin = 'opening pkcs11 token key: failed to log into long term session: pkcs11: 0x7: CKR_ARGUMENTS_BAD'

/** Verifying takes the PIN from the key's URI and nowhere else. */
async function failToTakePin({ sh }: Desk, key: string, image: string): Promise<void> {
  const run = sh({ set: { ...withPin(pin), ...environment } })
  const failure = { status: 1, message: noPin }
  await failing(run, failure)`cosign-pkcs11 verify ${verifying} --key ${key} ${image}`
}

/** What the token has signed is a signature like any other, to the registry itself and to its command. */
async function verifyOurselves({ registry }: Setting, { folder, sh }: Desk, { name, digest }: Image): Promise<void> {
  for (const strict of [false, true]) {
    const good = await registry.verify('team/app:1.0', { key: join(folder, 'cosign.pub'), strict })
    assert.deepEqual([good.verified, good.digest, good.exitCode], [true, digest, 0])
    assert.deepEqual(
      good.signatures.map(({ form, verified, algorithm }) => [form, verified, algorithm]),
      [['sig-tag', true, 'ecdsa-p256-sha256']],
    )
  }
  const bad = await registry.verify('team/app:1.0', { key: join(folder, 'stranger.pub') })
  assert.deepEqual([bad.verified, bad.exitCode], [false, failures.key.status])

  const { stdout } = await sh`start-registry verify --key cosign.pub ${name}:1.0`
  assert.match(stdout, /^verified {6}\S+\/team\/app:1\.0$/m)
  assert.match(stdout, /^registry {6}https:/m)
  assert.match(stdout, /^signature 1, behind a \.sig tag: verified$/m)
  assert.match(stdout, /^ {4}algorithm ecdsa-p256-sha256$/m)
  const refuse = sh({ status: failures.key.status })
  const { stderr } = await refuse`start-registry verify --key stranger.pub ${name}:1.0`
  assert.match(stderr, / is not verified: the signature is not valid with this key: .* \(SIG_INVALID\)$/m)
}
