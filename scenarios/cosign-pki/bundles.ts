import assert from 'node:assert/strict'
import { claim, claimsIn, statementIn } from '../cosign/claims.js'
import { makePki, makeRoot, putTogether, subject } from '../cosign/pki.js'
import { failing, target, type Signer } from '../cosign/signer.js'
import { cosign2, type Failure } from '../cosign/versions.js'
import { pushImage } from '../push-image.js'
import { fileOf, flagsOf, ours, whom } from './ours.js'
import { importLeaf, unlogged } from './tags.js'

const inBundles = ['--new-bundle-format']
const predicate = '{"builder":"our own"}\n'
const trust = ['--new-bundle-format', '--trusted-root', 'trusted-root.json']

/** An image is signed with a bundle, which has the certificate in it; the CAs are in a trusted root. */
export async function signBundles(signer: Signer): Promise<void> {
  const { cosign, registry, desk, sign, say, show } = signer
  const image = `${registry.host}/team/app`
  const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app')

  say('a root, an intermediate and a leaf')
  await makePki(desk)
  await importLeaf(signer)
  say('a trusted root')
  await trustRoots(signer)

  say('sign and verify')
  const certificate = ['--key', 'leaf-cosign.key', '--certificate', 'leaf.crt']
  await sign`cosign sign ${cosign.signing} ${inBundles} ${certificate} ${image}@${digest}`
  await verifyByTrustedRoot(signer, image, digest)
  show(
    'sign with a bundle and verify with certificates',
    'with --trusted-root and a file that `cosign trusted-root create` makes',
  )

  say('somebody else, or of another CA')
  await refuseOthers(signer, image)
  show('refuse certificates of somebody else or of another CA')

  say('with the certificates in between')
  await signWithChain(signer)

  say('attestations')
  await attest(signer)
  show('attest with a bundle and verify with certificates')
}

/** Makes trusted-root.json of the PKI, and other-root.json of a CA that has signed nothing. */
async function trustRoots({ desk, sh }: Signer): Promise<void> {
  await makeRoot(desk, 'other')
  putTogether(desk, 'other.pem', 'other')
  for (const [chain, file] of [
    ['chain.pem', 'trusted-root.json'],
    ['other.pem', 'other-root.json'],
  ]) {
    const authority = `url=https://ca.example,certificate-chain=${chain}`
    await sh`cosign trusted-root create --fulcio ${authority} --out ${file ?? ''}`
  }
}

const unloggedOurs = { ignoreTlog: true, ignoreSct: true } as const

async function verifyByTrustedRoot(signer: Signer, image: string, digest: string): Promise<void> {
  const { cosign, verify, sh } = signer
  const { stdout, stderr } = await verify`cosign verify ${trust} ${flagsOf()} ${unlogged} ${image}:1.0`
  const { critical, optional } = claim({ ...cosign, stores: 'bundles' }, { image, reference: ':1.0', digest })
  assert.deepEqual(claimsIn(stdout), [{ critical, optional: cosign === cosign2 ? null : optional }])
  assert.doesNotMatch(stderr, /TUF/)

  const trustedRoot = fileOf(signer, 'trusted-root.json')
  await ours(signer, 'app', { certificate: whom, trustedRoot, ...unloggedOurs }, { by: subject })
  // To the registry a PEM file with the CAs is as good.
  await ours(signer, 'app', { certificate: { ...whom, chain: fileOf(signer, 'chain.pem') } }, { by: subject })
  const ca = ['--ca-file', signer.registry.caFile ?? '', '--certificate-chain', 'chain.pem']
  const told = await sh`start-registry verify ${ca} ${flagsOf()} ${image}:1.0`
  assert.ok(told.stdout.startsWith(`verified      ${image}:1.0\n`), told.stdout)
}

const failure = (message: string): Failure => ({ status: 1, message: `Error: ${message}` })
const wrong = (message: string): Failure => failure(`no matching attestations: ${message}`)
const identityWrong =
  'failed to verify certificate identity: no matching CertificateIdentity found, last error: expected'

/** Another name, another issuer, another CA, a key; and with what is in no log. */
async function refuseOthers(signer: Signer, image: string): Promise<void> {
  const { cosign, verify } = signer
  const trustedRoot = fileOf(signer, 'trusted-root.json')
  const policy = { certificate: whom, trustedRoot, ...unloggedOurs }
  const said = (...codes: readonly string[]) => ({ codes, exitCode: 1 })

  const bob = 'bob@example.com'
  const otherName = wrong(`${identityWrong} SAN value "${bob}", got "${subject}"`)
  await failing(verify, otherName)`cosign verify ${trust} ${flagsOf(bob)} ${unlogged} ${image}:1.0`
  await ours(signer, 'app', { ...policy, certificate: { ...whom, identity: bob } }, said('SAN_MISMATCH'))

  const elsewhere = 'https://elsewhere.example'
  const otherIssuer = wrong(`${identityWrong} issuer value "${elsewhere}", got "${whom.issuer}"`)
  await failing(verify, otherIssuer)`cosign verify ${trust} ${flagsOf(subject, elsewhere)} ${unlogged} ${image}:1.0`
  await ours(signer, 'app', { ...policy, certificate: { ...whom, issuer: elsewhere } }, said('ISSUER_MISMATCH'))

  const others = ['--new-bundle-format', '--trusted-root', 'other-root.json']
  const otherRoot = wrong('failed to verify leaf certificate: leaf certificate verification failed')
  await failing(verify, otherRoot)`cosign verify ${others} ${flagsOf()} ${unlogged} ${image}:1.0`
  await ours(signer, 'app', { ...policy, trustedRoot: fileOf(signer, 'other-root.json') }, said('CERT_CHAIN'))

  const isCertificate = wrong('expected key signature, not certificate')
  await failing(verify, isCertificate)`cosign verify ${trust} ${cosign.verifying} --key leaf.pub ${image}:1.0`
  await ours(signer, 'app', { key: fileOf(signer, 'leaf.pub') }, said('WRONG_KEY_KIND'))

  const cas = ['--new-bundle-format', '--ca-roots', 'root.crt', '--ca-intermediates', 'intermediate.crt']
  const notSo = failure(
    'unsupported: CA roots/intermediates must be provided using --trusted-root when using --new-bundle-format',
  )
  await failing(verify, notSo)`cosign verify ${cas} ${flagsOf()} ${unlogged} ${image}:1.0`

  const noLog = wrong('failed to verify log inclusion: not enough verified log entries from transparency log: 0 < 1')
  await failing(verify, noLog)`cosign verify ${trust} ${flagsOf()} ${image}:1.0`
  await ours(signer, 'app', { certificate: whom, trustedRoot }, said('TLOG_MISSING'))
  const noTimestamp = wrong(
    'failed to verify signed certificate timestamp: only able to verify 0 SCT entries; unable to meet threshold of 1',
  )
  await failing(verify, noTimestamp)`cosign verify ${trust} ${flagsOf()} ${cosign.verifying} ${image}:1.0`
  await ours(signer, 'app', { certificate: whom, trustedRoot, ignoreTlog: true }, said('SCT_MISSING'))
}

/** cosign 2 leaves the chain out of a bundle; cosign 3 puts it there, where version 0.3 has a certificate alone. */
async function signWithChain(signer: Signer): Promise<void> {
  const { cosign, registry, sign, verify, show, defect } = signer
  const image = `${registry.host}/team/chained`
  const { digest } = await pushImage(target(signer, 'team/chained'), '1.0', 'an app that is signed with a chain')
  const certificate = ['--key', 'leaf-cosign.key', '--certificate', 'leaf.crt', '--certificate-chain', 'chain.pem']
  await sign`cosign sign ${cosign.signing} ${inBundles} ${certificate} ${image}@${digest}`
  const story = 'verify a bundle that was signed with --certificate-chain'
  const policy = { certificate: whom, trustedRoot: fileOf(signer, 'trusted-root.json'), ...unloggedOurs }
  if (cosign === cosign2) {
    await verify`cosign verify ${trust} ${flagsOf()} ${unlogged} ${image}:1.0`
    await ours(signer, 'chained', policy, { by: subject })
    show(story, 'the chain is left out of the bundle')
    return
  }
  const unseen = cosign.failures.unsigned
  await failing(verify, unseen)`cosign verify ${trust} ${flagsOf()} ${unlogged} ${image}:1.0`
  await ours(signer, 'chained', policy, { codes: ['BUNDLE_CERT_CHAIN'], exitCode: unseen.status })
  defect(
    story,
    String(unseen.message),
    'the chain is in the bundle, which is then read with --allow-certificate-chain only',
  )
  await verify`cosign verify ${trust} --allow-certificate-chain ${flagsOf()} ${unlogged} ${image}:1.0`
}

async function attest(signer: Signer): Promise<void> {
  const { cosign, registry, desk, sign, verify } = signer
  const image = `${registry.host}/team/attested`
  const { digest } = await pushImage(target(signer, 'team/attested'), '1.0', 'an app that is attested')
  desk.write('predicate.json', predicate)
  const certificate = ['--key', 'leaf-cosign.key', '--certificate', 'leaf.crt']
  await sign`cosign attest ${cosign.signing} ${inBundles} ${certificate} --predicate predicate.json ${image}@${digest}`
  const { stdout } = await verify`cosign verify-attestation ${trust} ${flagsOf()} ${unlogged} ${image}:1.0`
  assert.equal(statementIn(stdout).predicate.Data, predicate)
  const bob = 'bob@example.com'
  const otherName = wrong(`${identityWrong} SAN value "${bob}", got "${subject}"`)
  await failing(verify, otherName)`cosign verify-attestation ${trust} ${flagsOf(bob)} ${unlogged} ${image}:1.0`
  const trustedRoot = fileOf(signer, 'trusted-root.json')
  const policy = { certificate: whom, trustedRoot, ...unloggedOurs, type: 'attestation' } as const
  await ours(signer, 'attested', policy, { by: subject })
  const ofBob = { ...policy, certificate: { ...whom, identity: bob } }
  await ours(signer, 'attested', ofBob, { codes: ['SAN_MISMATCH'], exitCode: 1 })
}
