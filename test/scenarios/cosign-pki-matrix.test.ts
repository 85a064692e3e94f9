import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  attest,
  certificateCheck,
  generateKeyPair,
  importPrivateKey,
  readPem,
  signImage,
  verifyAttestation,
  verifyImage,
  writePem,
  type CertificatePolicy,
  type SignatureSource,
  type Strictness,
  type Verdict,
} from 'start-registry/cosign'
import t from 'tap'
import { runner } from '../../harness/run.js'
import { issuer, makePki, subject } from '../../scenarios/cosign/pki.js'
import { clientPaths } from '../support/client-paths.js'
import { chainCases, chainOf } from '../support/hostile-chains.js'
import { pushSigned, signaturesIn } from '../support/registry-signatures.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'

// Some hundred runs of the real clients.
t.setTimeout(300_000)

const repository = 'team/app'
const versions = ['2.6.5', '3.1.3'] as const
const ignoring = ['--insecure-ignore-tlog', '--insecure-ignore-sct']
const identity = ['--certificate-identity', subject, '--certificate-oidc-issuer', issuer]
const tagTrust = ['--ca-roots', 'root.crt', '--ca-intermediates', 'intermediate.crt']
const bundleTrust = ['--trusted-root', 'trusted.json']

// What openssl has made.
async function pkiIn({ folder, sh, cosign }: Awaited<ReturnType<typeof bench>>) {
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  await makePki({ sh: sh({ status: 0 }), read, write })
  const authority = 'url=https://ca.example,certificate-chain=chain.pem'
  await sh({ status: 0 })`${cosign('3.1.3')} trusted-root create --fulcio ${authority} --out trusted.json`
  const certificates = ['root', 'intermediate', 'leaf'].map((name) => read(`${name}.crt`).toString())
  const [root, intermediate, leaf] = certificates.map((text) => readPem(text)[0]?.der) as [Buffer, Buffer, Buffer]
  return { root, intermediate, leaf, key: read('leaf.key').toString(), chain: read('chain.pem').toString() }
}

async function bench(t: Teardown) {
  const { registry, wire } = await registryFor(t)
  const folder = folderFor(t)
  const path = await clientPaths(versions.map((version) => `cosign@${version}`))
  const env = {
    ...registry.env(),
    COSIGN_PASSWORD: 'of the key',
    // cosign 2 asks sigstore's servers for their trust root unless variables name its keys; these are never read.
    SIGSTORE_REKOR_PUBLIC_KEY: 'none',
    SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: 'none',
  }
  const sh = runner({ env, cwd: folder, status: 'any' })
  const source = signaturesIn(registry.store, repository)
  let count = 0
  return {
    folder,
    sh,
    source,
    cosign: (version: string) => path(`cosign@${version}`),
    push: (signed: ReturnType<typeof signImage>) => pushSigned(wire, repository, signed),
    repository: `${registry.host}/${repository}`,
    image: async () => {
      count += 1
      const digest = await wire.image(repository, `v${count}`, String(count))
      return { digest, image: `${registry.host}/${repository}@${digest}` }
    },
  }
}

// What we say of a digest: who signed it, or why it is refused.
const saidOf = ({ verified, signatures }: Verdict): string => {
  const accepted = signatures.find((one) => one.verified)
  return verified
    ? `by ${accepted?.identity?.subject}`
    : signatures.flatMap((one) => one.findings.map(({ code }) => code)).join()
}

const judgeFor =
  (source: SignatureSource, roots: Pick<CertificatePolicy, 'roots' | 'intermediates'>) =>
  (digest: string, strictness: Strictness, change: Partial<CertificatePolicy> = {}, kind = verifyImage) => {
    const policy = { ...roots, identity: { subject, issuer }, now: Date.now(), ...change }
    return kind(source, digest, { certificates: certificateCheck(policy) }, { strictness })
  }

void t.test('each cosign signs with openssl’s certificates, and we verify', { timeout: 300_000 }, async (t) => {
  const place = await bench(t)
  const { folder, sh, source, cosign, image: newImage } = place
  const pki = await pkiIn(place)
  writeFileSync(join(folder, 'predicate.json'), '{"x":1}')
  const judge = judgeFor(source, { roots: [pki.root], intermediates: [pki.intermediate] })
  const ours = async (...args: Parameters<typeof judge> extends [infer D, unknown, ...infer R] ? [D, ...R] : never) => {
    const [digest, ...rest] = args
    const said = await Promise.all((['strict', 'cosign'] as const).map((one) => judge(digest, one, ...rest)))
    return [...new Set(said.map(saidOf))].join(' but ')
  }
  for (const version of versions) {
    await sh({ status: 0 })`${cosign(version)} import-key-pair --key leaf.key --output-key-prefix ${version}`
    for (const form of ['a tag', 'a bundle']) {
      const { digest, image } = await newImage()
      const inBundle = form === 'a bundle'
      const quiet = ['-y', '--tlog-upload=false', ...(version === '3.1.3' ? ['--use-signing-config=false'] : [])]
      const key = ['--key', `${version}.key`, '--certificate', 'leaf.crt']
      const where = inBundle
        ? ['--new-bundle-format']
        : ['--new-bundle-format=false', '--certificate-chain', 'chain.pem']
      const flags = [...quiet, ...key, ...where]
      const what = `cosign ${version}, ${form}`
      await sh({ status: 0 })`${cosign(version)} sign ${flags} ${image}`
      t.equal(await ours(digest), `by ${subject}`, what)
      const alone = inBundle ? 'CERT_CHAIN' : `by ${subject}`
      t.equal(await ours(digest, { intermediates: [] }), alone, `${what}: the chain beside a tag`)
      t.equal(await ours(digest, { identity: { subject: 'bob@example.com', issuer } }), 'SAN_MISMATCH', what)
      t.equal(await ours(digest, { identity: { subject, issuer: 'https://other' } }), 'ISSUER_MISMATCH', what)
      t.equal(await ours(digest, { now: Date.now() + 31 * 86_400_000 }), 'CERT_EXPIRED_AT', what)
      await sh({ status: 0 })`${cosign(version)} attest ${flags} --type custom --predicate predicate.json ${image}`
      t.equal(await ours(digest, {}, verifyAttestation), `by ${subject}`, `${what}: attestation`)
    }
  }
})

void t.test('we sign with openssl’s certificates, and each cosign verifies', { timeout: 300_000 }, async (t) => {
  const place = await bench(t)
  const { sh, source, cosign, push, repository: reference, image: newImage } = place
  const pki = await pkiIn(place)
  const judge = judgeFor(source, { roots: [pki.root], intermediates: [pki.intermediate] })
  const key = importPrivateKey(pki.key)
  const certificate = {
    leaf: writePem('CERTIFICATE', pki.leaf),
    chain: pki.chain,
  }
  for (const form of ['a tag', 'a bundle']) {
    const { digest, image } = await newImage()
    const inBundle = form === 'a bundle'
    const { bytes, mediaType } = (await source.manifest(digest)) ?? { bytes: Buffer.of(), mediaType: '' }
    const subjectOf = { digest, size: bytes.length, mediaType }
    const what = { digest, key, certificate, reference }
    await push(signImage(inBundle ? { ...what, form: 'bundle', subject: subjectOf } : what))
    const attested = { ...what, predicate: '{"x":1}' }
    await push(attest(inBundle ? { ...attested, form: 'bundle', subject: subjectOf } : attested))
    const trust = inBundle ? bundleTrust : tagTrust
    const kind = inBundle ? ['--new-bundle-format'] : []
    for (const version of versions) {
      const verify = ['verify', ...trust, ...ignoring]
      const good = await sh`${cosign(version)} ${verify} ${identity} ${image}`
      t.equal(good.status, 0, `cosign ${version}, ${form}`)
      const bob = ['--certificate-identity', 'bob@example.com', '--certificate-oidc-issuer', issuer]
      const wrong = await sh`${cosign(version)} ${verify} ${bob} ${image}`
      t.equal(wrong.status, inBundle ? 1 : 12, `cosign ${version}, ${form}: another identity`)
      const attestation = ['verify-attestation', '--type', 'custom', ...kind, ...trust, ...ignoring, ...identity]
      const att = await sh`${cosign(version)} ${attestation} ${image}`
      t.equal(att.status, 0, `cosign ${version}, ${form}: attestation`)
    }
    const ours = await judge(digest, 'cosign', { identity: { subject: 'bob@example.com', issuer } })
    t.equal(ours.exitCode, inBundle ? 1 : 12, `ours, ${form}: another identity`)
  }
})

void t.test('chains, right and wrong: each cosign ends as `cosign` does', { timeout: 300_000 }, async (t) => {
  const { folder, sh, source, cosign, push, repository: reference, image: newImage } = await bench(t)
  const now = Date.now()
  for (const one of chainCases(now)) {
    const { digest, image } = await newImage()
    const { root, intermediate, leaf } = chainOf(one, now)
    const [rootPem, intermediatePem, leafPem] = [root, intermediate, leaf].map(({ certificate }) =>
      writePem('CERTIFICATE', certificate.der),
    ) as [string, string, string]
    const key = importPrivateKey(leaf.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    await push(signImage({ digest, reference, key, certificate: { leaf: leafPem } }))
    writeFileSync(join(folder, 'root.crt'), rootPem)
    writeFileSync(join(folder, 'intermediate.crt'), intermediatePem)
    const judge = judgeFor(source, { roots: [root.certificate.der], intermediates: [intermediate.certificate.der] })
    const [strict, lax] = [await judge(digest, 'strict'), await judge(digest, 'cosign')]
    const wanted = (code: string): string => (code === 'accepted' ? `by ${subject}` : code)
    t.equal(saidOf(strict), wanted(one.strict), `${one.name}: strict`)
    t.equal(saidOf(lax), wanted(one.cosign), `${one.name}: cosign`)
    for (const version of versions) {
      const result = await sh`${cosign(version)} verify ${tagTrust} ${ignoring} ${identity} ${image}`
      t.equal(result.status, one.real?.[version] ?? lax.exitCode, `${one.name}: cosign ${version}: ${result.output}`)
    }
  }
})

void t.test('a signature with a key is none of a certificate', { timeout: 300_000 }, async (t) => {
  const place = await bench(t)
  const { sh, source, cosign, push, repository: reference, image: newImage } = place
  const pki = await pkiIn(place)
  const { digest, image } = await newImage()
  await push(signImage({ digest, reference, key: generateKeyPair().privateKey }))
  const judge = judgeFor(source, { roots: [pki.root], intermediates: [pki.intermediate] })
  const verdict = await judge(digest, 'cosign')
  t.equal(saidOf(verdict), 'CERT_MISSING')
  for (const version of versions) {
    const result = await sh`${cosign(version)} verify ${tagTrust} ${ignoring} ${identity} ${image}`
    t.equal(result.status, verdict.exitCode, `cosign ${version}: ${result.output}`)
  }
})
