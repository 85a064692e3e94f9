import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { CertificatePolicy } from 'start-registry'
import { importPrivateKey, signImage } from 'start-registry/cosign'
import { extension } from '../../src/formats/certificate-writer.js'
import { oid } from '../../src/formats/der.js'
import { writePem } from '../../src/formats/pem.js'
import { runIn } from '../support/cli.js'
import type { Wire } from '../support/content.js'
import { types } from '../support/content.js'
import { issue, leafExtensions, minutes, type Issued } from '../support/pki.js'
import { folderFor, registryFor } from '../support/registries.js'
import { pushSigned } from '../support/signing.js'

const now = Date.now()
const lasting = { notBefore: now - minutes(60), notAfter: now + minutes(60) }
const issuer = 'https://login.example'
const pem = ({ certificate }: Issued): string => writePem('CERTIFICATE', certificate.der)

// A CA, one below it, and alice's certificate.
function makePki() {
  const root = issue({ name: 'root', ...lasting })
  const intermediate = issue({ name: 'intermediate', by: root, ...lasting })
  const extensions = [...leafExtensions(), extension(oid('1.3.6.1.4.1.57264.1.1'), false, Buffer.from(issuer))]
  return { root, intermediate, alice: issue({ name: '', by: intermediate, extensions, ...lasting }) }
}

const { root, intermediate, alice } = makePki()
const stranger = makePki()
const chain = pem(intermediate) + pem(root)
const policy: CertificatePolicy = { identity: 'alice@example.com', issuer, chain }

async function signAsAlice(
  wire: Wire,
  repository: string,
  form: 'sig-tag' | 'bundle',
  withChain: boolean,
): Promise<string> {
  const digest = await wire.image(repository, '1')
  const key = importPrivateKey(alice.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  const certificate = { leaf: pem(alice), chain: withChain ? chain : undefined }
  const about = { digest, reference: `registry.example/${repository}`, key, certificate }
  const subject = { mediaType: types.image, digest, size: 1 }
  await pushSigned(wire, repository, signImage(form === 'bundle' ? { ...about, form, subject } : about))
  return digest
}

void t.test('signatures by certificates, of CAs of one’s own', async (t) => {
  const { registry, wire } = await registryFor(t)
  for (const form of ['sig-tag', 'bundle'] as const) {
    await signAsAlice(wire, form, form, false)
    for (const strict of [true, false]) {
      t.match(
        await registry.verify(`${form}:1`, { certificate: policy, strict }),
        {
          verified: true,
          signatures: [{ identity: { subject: 'alice@example.com', issuer }, algorithm: 'ecdsa-p256-sha256' }],
          exitCode: 0,
        },
        form,
      )
    }
  }
  await signAsAlice(wire, 'with-chain', 'sig-tag', true)
  const codes = async (repository: string, certificate: CertificatePolicy, more = {}): Promise<unknown> => {
    const { verified, signatures } = await registry.verify(`${repository}:1`, { certificate, ...more })
    return verified || signatures.flatMap(({ findings }) => findings.map(({ code }) => code))
  }
  const { chain: _, ...who } = policy
  t.equal(await codes('with-chain', { ...who, roots: pem(root) }), true, 'what is in between comes with the signature')
  t.same(await codes('sig-tag', { ...who, roots: pem(root) }), ['CERT_CHAIN'], 'or it does not')
  const between = { ...who, roots: pem(root), intermediates: pem(intermediate) }
  t.equal(await codes('sig-tag', between), true, 'or it is named')
  t.same(await codes('sig-tag', { ...between, roots: pem(stranger.root) }), ['CERT_CHAIN'], 'and not trusted by itself')
  t.same(await codes('with-chain', { ...who, roots: pem(stranger.root) }), ['CERT_CHAIN'], 'and it is never trusted')
  t.same(await codes('sig-tag', { ...policy, identity: 'bob@example.com' }), ['SAN_MISMATCH'])
  t.same(await codes('sig-tag', { ...policy, issuer: 'https://other.example' }), ['ISSUER_MISMATCH'])
  const { identity: __, ...by } = policy
  t.equal(await codes('sig-tag', { ...by, identityRegExp: '@example' }), true, 'cosign matches anywhere')
  t.same(await codes('sig-tag', { ...by, identityRegExp: '@example' }, { strict: true }), ['SAN_MISMATCH'])
  t.equal(await codes('sig-tag', { ...by, identityRegExp: '.*@example.com' }, { strict: true }), true)
})

void t.test('who signs later than a certificate lasts has none', async (t) => {
  const { registry, wire } = await registryFor(t, { clock: () => now + minutes(61) })
  await signAsAlice(wire, 'app', 'sig-tag', false)
  t.match(await registry.verify('app:1', { certificate: policy }), {
    verified: false,
    signatures: [{ findings: [{ code: 'CERT_EXPIRED_AT' }] }],
  })
})

void t.test('policies that trust nobody, or anybody', async (t) => {
  const { registry } = await registryFor(t)
  const { chain: _, ...who } = policy
  const rows: readonly (readonly [certificate: CertificatePolicy, message: RegExp])[] = [
    [who, /certificates need CAs: roots, chain or trustedRoot$/],
    [{ ...policy, roots: pem(root) }, /roots and chain do not go together$/],
    [{ ...policy, intermediates: pem(intermediate) }, /intermediates goes with roots$/],
    [{ chain, issuer }, /one of identity and identityRegExp$/],
    [{ chain, identity: 'x' }, /one of issuer and issuerRegExp$/],
    [{ ...policy, issuerRegExp: 'x' }, /one of issuer and issuerRegExp$/],
    [{ ...who, roots: '-----BEGIN X-----\n-----END X-----\n' }, /a PEM file with certificates, and nothing else/],
    [{ ...who, roots: '-----BEGIN CERTIFICATE-----\n' }, /^start-registry: the certificates: /],
  ]
  for (const [certificate, message] of rows)
    await t.rejects(registry.verify('app:1', { certificate }), { name: 'TypeError', message })
  await t.rejects(registry.verify('app:1', { key: 'x', certificate: policy }), { name: 'TypeError' })
  await t.rejects(registry.verify('app:1', { certificate: who, trustedRoot: '{}' }), {
    message: /^start-registry: the trusted root cannot be read: its media type is ""/,
  })
})

void t.test('on the command line', async (t) => {
  const { registry, wire } = await registryFor(t)
  await signAsAlice(wire, 'app', 'sig-tag', false)
  const folder = folderFor(t)
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const env = { HOME: folder, DOCKER_CONFIG: folder, COSIGN_REPOSITORY: '' }
  const flags = ['verify', `${registry.host}/app:1`, '--certificate-oidc-issuer', issuer]
  const path = file('chain.pem', chain)
  const right = await runIn(
    t,
    env,
    ...flags,
    '--certificate-chain',
    path,
    '--certificate-identity',
    'alice@example.com',
  )
  t.same([right.code, right.err], [0, ''])
  t.match(right.out, `by            certificate of alice@example.com by ${issuer}, from ${path}\n`)
  t.match(right.out, `    signed by alice@example.com (${issuer})\n`)
  const wrong = await runIn(t, env, ...flags, '--certificate-chain', path, '--certificate-identity-regexp', '^bob')
  t.equal(wrong.code, 12)
  t.match(wrong.err, /\(SAN_MISMATCH\)$/m)
  const roots = file('roots.pem', pem(stranger.root))
  const untrusted = await runIn(t, env, ...flags, '--ca-roots', roots, '--certificate-identity', 'alice@example.com')
  t.match(untrusted.err, /\(CERT_CHAIN\)$/m)
  const both = await runIn(
    t,
    env,
    ...flags,
    '--ca-roots',
    roots,
    '--certificate-chain',
    path,
    '--certificate-identity',
    'x',
  )
  const between = [
    '--ca-roots',
    file('root.pem', pem(root)),
    '--ca-intermediates',
    file('intermediate.pem', pem(intermediate)),
    '--certificate-identity',
    'alice@example.com',
  ]
  t.same((await runIn(t, env, ...flags, ...between)).code, 0)
  t.match(both, { code: 2, err: /^start-registry: --certificate-chain and --ca-roots do not go together/ })
})

void t.test('a trusted root asks for logs', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await signAsAlice(wire, 'app', 'sig-tag', false)
  const rawBytes = (one: Issued): object => ({ rawBytes: Buffer.from(one.certificate.der).toString('base64') })
  const trustedRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [{ certChain: { certificates: [rawBytes(intermediate), rawBytes(root)] }, validFor: {} }],
  })
  const { chain: _, ...certificate } = policy
  const codes = async (more: object): Promise<unknown> =>
    (await registry.verify(`app@${digest}`, { certificate, trustedRoot, ...more })).signatures.map(
      ({ verified, findings }) => verified || findings[0]?.code,
    )
  t.same(await codes({}), ['TLOG_MISSING'])
  t.same(await codes({ ignoreTlog: true }), ['SCT_MISSING'])
  t.same(await codes({ ignoreTlog: true, ignoreSct: true }), [true])
  t.same(await codes({ ignoreTlog: true, ignoreSct: true, requireTimestamp: true }), ['TS_MISSING'])
})
