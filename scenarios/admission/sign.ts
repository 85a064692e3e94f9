import assert from 'node:assert/strict'
import { readPrivateKey, signImage } from '../../src/cosign/index.js'
import { claimsIn } from '../cosign/claims.js'
import { failing, password } from '../cosign/signer.js'
import { cosign3, type Cosign } from '../cosign/versions.js'
import { alice, bob } from '../people.js'
import { pushBlob, pushManifest } from '../push-image.js'
import { served } from '../served.js'
import { denial } from './denial.js'
import { ci, type Ground } from './ground.js'
import { pullSigned } from './pull.js'

const over = 'https, login'

/** Once cosign has signed an image with the rule's key, it is pulled; a signature with another key is none. */
export async function signWithCosign(ground: Ground, cosign: Cosign): Promise<void> {
  const { registry, keys, at, show } = ground
  const say = (heading: string): void => ground.say(`cosign ${cosign.version}: ${heading}`)
  const { signing, verifying, cleaning, environment } = cosign
  say('who signs must be one whom the rule lets pull')
  const { image, repository, digest } = await copyOfApp(ground, `by-${cosign.version}`)
  const toSign = image.replace(':1.0', `@${digest}`)
  const fails = at(bob, 'podman').sh({ status: 125 })
  const desk = (person: typeof ci) => {
    const opened = at(person, cosign.id)
    opened.write('cosign.key', keys.privatePem)
    opened.write('cosign.pub', keys.publicPem)
    opened.write('stranger.key', keys.strangersPem)
    return opened
  }

  const hers = desk(alice).sh({ set: password })
  const words = `GET https://${registry.host}/v2/${repository}/manifests/${digest}: DENIED: ${denial({ repository, digest })}`
  await failing(hers, { status: 1, message: words })`cosign sign ${signing} --key cosign.key ${toSign}`

  say('a signature with another key is none')
  const sign = desk(ci).sh({ set: password })
  await sign`cosign sign ${signing} --key stranger.key ${toSign}`
  const { stderr } = await fails`podman pull ${image}`
  const found =
    /the one there is is not valid: the signature is not valid with this key.* \(SIG_INVALID\)/.exec(stderr)?.[0] ?? ''
  assert.notEqual(found, '', stderr)
  assert.ok(stderr.includes(`denied: ${denial({ repository, digest }, { found })}`), stderr)

  say('sign, and pull')
  await sign`cosign sign ${signing} --key cosign.key ${toSign}`
  await pullSigned(ground, image)
  const verify = desk(bob).sh({ set: environment })
  const { stdout } = await verify`cosign verify ${verifying} --key cosign.pub ${image}`
  assert.deepEqual(
    claimsIn(stdout).map(({ critical }) => critical.image['docker-manifest-digest']),
    [digest],
  )
  const signatures = await registry.signatures(image)
  assert.equal(signatures.length, 2, 'the registry knows both')
  assert.equal(signatures.filter(({ verified }) => verified).length, 1)
  show({ client: cosign.id, story: 'sign what only then can be pulled', over })

  say('take the signatures away')
  await sign`cosign clean ${cleaning} ${toSign}`
  const gone = await fails`podman pull ${image}`
  assert.ok(gone.stderr.includes(`denied: ${denial({ repository, digest })}`), gone.stderr)
}

/** A chart is signed as an image is. */
export async function signChart({ say, registry, keys, at, show }: Ground): Promise<void> {
  say('Sign a chart, and pull it')
  const chart = `${registry.host}/team/web:0.1.0`
  const { sh, write } = at(ci, cosign3.id)
  write('cosign.key', keys.privatePem)
  await sh({ set: password })`cosign sign ${cosign3.signing} --key cosign.key ${chart}`
  const puller = at(bob, 'helm@3.22.0')
  await puller.sh`helm pull oci://${registry.host}/team/web --version 0.1.0`
  assert.ok(puller.read('web-0.1.0.tgz').length > 0)
  show({ client: 'helm@3.22.0', story: 'pull a chart that is signed', over })
}

/** A test signs by itself, without cosign, in a millisecond. */
export async function signInProcess(ground: Ground): Promise<void> {
  const { say, registry, keys } = ground
  say('Sign in process, and pull')
  const { image, repository, digest } = await copyOfApp(ground, 'in-process')
  const key = readPrivateKey(keys.privatePem, password['COSIGN_PASSWORD'] ?? '')
  const signed = signImage({ digest, reference: `${registry.host}/${repository}`, key })
  const target = { registry, account: ci, repository }
  for (const { bytes } of signed.blobs) await pushBlob(target, 'application/octet-stream', Buffer.from(bytes))
  const { mediaType, bytes } = signed.manifest
  await pushManifest(target, signed.tag, mediaType, Buffer.from(bytes))
  await pullSigned(ground, image)
  assert.equal((await registry.verify(image, { key: keys.publicPem })).verified, true)
}

/** The same image in another repository, where nobody has signed it. */
async function copyOfApp({ registry, at }: Ground, name: string) {
  const repository = `team/${name}`
  const image = `${registry.host}/${repository}:1.0`
  const { sh } = at(ci, 'crane')
  await sh`crane copy ${registry.host}/team/app:1.0 ${image}`
  const { digest = '' } = await served(registry, `/v2/${repository}/manifests/1.0`, ci)
  return { image, repository, digest }
}
