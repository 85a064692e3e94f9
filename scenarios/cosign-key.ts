import assert from 'node:assert/strict'
import { startRegistry, type Registry, type RequestEvent } from '../harness/index.js'
import type { Desk, Scenario } from './scenario.js'
import { parseManifest, served, sha256 } from './served.js'

const alice = { username: 'alice', password: 'correct horse battery staple' }
const keyPassword = 'of the key'

/**
 * cosign(1), "Sign a container and store the signature in the registry": an image is signed with a key, the signature
 * stands beside it under a tag made from its digest, and verifies with that key only. Over https, logged in.
 */
export const cosignKey: Scenario = {
  name: 'cosign-key',
  title: 'cosign signs an image with a key, and verifies it with that key only',
  clients: ['cosign', 'podman'],
  async run({ say, desk, show }) {
    await using registry = await startRegistry({ tls: true, accounts: [alice] })
    const requests: RequestEvent[] = []
    registry.onRequest((event) => void requests.push(event))
    const image = `${registry.host}/team/app`

    say('An image to sign')
    const digest = await pushImage(desk(registry.env({ as: 'alice' })), `${image}:1.0`)

    const { sh, read } = desk(registry.env(), { hide: [alice.password, keyPassword] })
    const withPassword = { set: { COSIGN_PASSWORD: keyPassword } }

    say('Keys')
    await sh(withPassword)`cosign generate-key-pair`
    assert.match(read('cosign.key').toString(), /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/)
    assert.match(read('cosign.pub').toString(), /^-----BEGIN PUBLIC KEY-----\n/)
    await sh(withPassword)`cosign generate-key-pair --output-key-prefix other`

    say('Sign')
    const sign = sh(withPassword)
    const refused = await sign({ status: 1 })`cosign sign --yes --key cosign.key --tlog-upload=false ${image}@${digest}`
    assert.match(refused.stderr, /UNAUTHORIZED: log in first/)
    await sh({ input: alice.password })`cosign login ${registry.host} --username alice --password-stdin`
    await sign`cosign sign --yes --key cosign.key --tlog-upload=false ${image}@${digest}`
    const tag = `sha256-${digest.slice('sha256:'.length)}.sig`
    assert.equal((await sh`cosign triangulate ${image}@${digest}`).stdout, `${image}:${tag}`)
    const tags = await served(registry, '/v2/team/app/tags/list', alice)
    assert.deepEqual(JSON.parse(tags.bytes.toString()), { name: 'team/app', tags: ['1.0', tag] })
    await assertSignature(registry, tag, digest)

    say('Verify')
    // cosign 2 asks sigstore's servers for their trust root before it verifies anything, unless one of its variables
    // names a key. This one is never read when the transparency log is left out; without it the story would leave the
    // machine.
    const verify = sh({ set: { SIGSTORE_REKOR_PUBLIC_KEY: 'cosign.pub' } })
    const good = await verify`cosign verify --key cosign.pub --insecure-ignore-tlog=true ${image}@${digest}`
    assert.match(good.stderr, /The signatures were verified against the specified public key/)
    assert.doesNotMatch(good.stderr, /TUF/)
    assert.deepEqual(JSON.parse(good.stdout), [payload(image, digest)])
    const bad = await verify({
      status: 12,
    })`cosign verify --key other.pub --insecure-ignore-tlog=true ${image}@${digest}`
    assert.match(bad.stderr, /no matching signatures: invalid signature when validating ASN\.1 encoded signature/)
    assert.equal(bad.stdout, '')
    show({ client: 'cosign', story: 'sign and verify with a key', over: 'https, login' })

    assertWhoAsked(requests)
  },
}

/** Pushes an image of one file and answers its digest. */
async function pushImage({ sh, write, read }: Desk, image: string): Promise<string> {
  write('app/app.txt', `an app for ${image}\n`)
  write('app/Containerfile', 'FROM scratch\nCOPY app.txt /\n')
  await sh`podman build --tag ${image} app`
  await sh`podman push --digestfile pushed.txt ${image}`
  return read('pushed.txt').toString().trim()
}

/** The signature is what cosign's SIGNATURE_SPEC.md says: a simple signing payload as the one layer of a manifest. */
async function assertSignature(registry: Registry, tag: string, digest: string): Promise<void> {
  const reply = await served(registry, `/v2/team/app/manifests/${tag}`, alice)
  assert.equal(reply.status, 200)
  assert.equal(reply.type, 'application/vnd.oci.image.manifest.v1+json')
  const { layers = [] } = parseManifest(reply)
  assert.equal(layers.length, 1)
  const [layer] = layers
  assert.equal(layer?.mediaType, 'application/vnd.dev.cosign.simplesigning.v1+json')
  assert.match(layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '', /^[A-Za-z0-9+/]{90,}={0,2}$/)
  const { bytes } = await served(registry, `/v2/team/app/blobs/${layer.digest}`, alice)
  assert.equal(sha256(bytes), layer.digest)
  assert.deepEqual(JSON.parse(bytes.toString()), payload(`${registry.host}/team/app`, digest))
}

/** Whatever was granted was so over https and for alice. */
function assertWhoAsked(requests: readonly RequestEvent[]): void {
  const refused = requests.filter(({ status }) => status === 400 || status === 401)
  // A token for nobody opens nothing, and is asked for before a login.
  const others = requests.filter((request) => !refused.includes(request) && request.route.kind !== 'token')
  assert.deepEqual([...new Set(others.map(({ scheme, account }) => `${scheme} ${account}`))], ['https alice'])
  const signature = others.find(({ method, target }) => method === 'PUT' && target.endsWith('.sig'))
  assert.equal(signature?.status, 201)
  // go-containerregistry asks localhost over http as well when https has not answered within 300 ms, and takes the
  // first good reply: there must be none.
  const plain = requests.filter(({ scheme }) => scheme === 'http')
  assert.deepEqual(
    plain.filter(({ target, status }) => target !== '/v2/' || status !== 400),
    [],
  )
}

/** What is signed: that this repository's manifest has this digest. */
const payload = (repository: string, digest: string): unknown => ({
  critical: {
    identity: { 'docker-reference': repository },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  },
  optional: null,
})
