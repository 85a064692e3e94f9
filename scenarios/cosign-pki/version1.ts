import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { claimsIn, payload, statementIn } from '../cosign/claims.js'
import { issue, makePki, subject } from '../cosign/pki.js'
import { failing, makeKeys, target, type Signer } from '../cosign/signer.js'
import { pushImage } from '../push-image.js'
import { fileOf, ours, whom } from './ours.js'

const predicate = '{"builder":"our own"}\n'
const certificate = ['--key', 'cosign.key', '--cert', 'release.crt']

/**
 * cosign 1.0.0 puts a certificate into a signature, and no chain. Verifying by it is what it does for keyless signatures
 * alone: they have to be in a log, and the names of who has signed are printed, not asked for.
 */
export async function signWithVersion1(signer: Signer): Promise<void> {
  const { registry, desk, sign, say, show } = signer
  const image = `${registry.host}/team/app`
  const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app')

  say('a root, an intermediate and a leaf')
  await makePki(desk)
  say('a certificate of a key that cosign has made')
  await makeKeys(signer)
  await issue(desk, 'leaf', { by: 'intermediate', as: 'leaf', out: 'release', publicKey: 'cosign.pub' })
  await refuseKeys(signer, image)

  say('sign, and verify with the key')
  await sign`cosign sign ${certificate} ${image}@${digest}`
  await verifyByKey(signer, image, digest)
  show('sign behind a tag with a certificate')

  say('attestations')
  desk.write('predicate.json', predicate)
  const attested = `${registry.host}/team/attested`
  await pushImage(target(signer, 'team/attested'), '1.0', 'an app that is attested')
  await sign`cosign attest ${certificate} --predicate predicate.json ${attested}:1.0`
  await verifyAttestation(signer, attested)
  show('attest behind a tag with a certificate')

  say('verify with certificates')
  await failWithoutKey(signer, image)
  await failWithoutLog(signer, image, attested)
}

/** It knows its own private keys only, and looks whether a certificate is of the key. */
async function refuseKeys({ sign, defect }: Signer, image: string): Promise<void> {
  const message = 'getting signer: reading key: unsupported pem type: PRIVATE KEY'
  await failing(sign, { status: 1, message })`cosign sign --key leaf.key --cert leaf.crt ${image}:1.0`
  defect('sign with a private key of openssl', message, 'and it has no import-key-pair')
  const ofAnother = { status: 1, message: 'public key in certificate does not match that in the signing key' }
  await failing(sign, ofAnother)`cosign sign --key cosign.key --cert leaf.crt ${image}:1.0`
}

/** It prints whom the certificate is for, whoever has made it; the registry verifies it. */
async function verifyByKey(signer: Signer, image: string, digest: string): Promise<void> {
  const { stdout } = await signer.verify`cosign verify --key cosign.pub ${image}:1.0`
  const [name, ...claims] = stdout.split('\n')
  assert.equal(name, `Certificate subject:  [${subject}]`)
  assert.deepEqual(claimsIn(claims.join('\n')), [payload(image, digest)])

  await ours(signer, 'app', { certificate: { ...whom, chain: fileOf(signer, 'chain.pem') } }, { by: subject })
  const bob = { ...whom, identity: 'bob@example.com', chain: fileOf(signer, 'chain.pem') }
  await ours(signer, 'app', { certificate: bob }, { codes: ['SAN_MISMATCH'] })
  // No intermediate is stored with it.
  await ours(signer, 'app', { certificate: { ...whom, roots: fileOf(signer, 'root.crt') } }, { codes: ['CERT_CHAIN'] })
}

async function verifyAttestation(signer: Signer, image: string): Promise<void> {
  const { stdout } = await signer.verify`cosign verify-attestation --key cosign.pub ${image}:1.0`
  const [name, ...statement] = stdout.split('\n')
  assert.equal(name, `Certificate subject:  [${subject}]`)
  assert.equal(statementIn(statement.join('\n')).predicate.Data, predicate)

  const policy = { certificate: { ...whom, chain: fileOf(signer, 'chain.pem') }, type: 'attestation' } as const
  await ours(signer, 'attested', policy, { by: subject, codes: ['LEGACY_V1_ATTESTATION'] })
}

/** Whom a signature must be of cannot be said. */
async function failWithoutKey({ verify, defect }: Signer, image: string): Promise<void> {
  const story = 'verify who has signed'
  const unknown = 'flag provided but not defined: -certificate-identity'
  await failing(verify, { status: 2, message: unknown })`cosign verify --certificate-identity ${subject} ${image}:1.0`
  defect(story, unknown)
  const noKey = 'error: exactly one of: key reference (-key), or hardware token (-sk) must be provided'
  await failing(verify, { status: 1, message: noKey })`cosign verify ${image}:1.0`
}

/** What verifies keyless signatures wants them in a log, and knows no intermediates but as roots. */
async function failWithoutLog(signer: Signer, image: string, attested: string): Promise<void> {
  const { desk, defect } = signer
  await using log = await startEmptyLog()
  const verify = (roots: string) => desk.sh({ set: { COSIGN_EXPERIMENTAL: '1', SIGSTORE_ROOT_FILE: roots } })
  const untrusted = 'error: no matching signatures:\nx509: certificate signed by unknown authority'
  const rootAlone = verify('root.crt')
  await failing(rootAlone, { status: 1, message: untrusted })`cosign verify --rekor-url ${log.url} ${image}:1.0`
  assert.deepEqual(log.take(), [])
  const unlogged = 'error: no matching signatures:\nsignature not found in transparency log'
  const all = verify('chain.pem')
  await failing(all, { status: 1, message: unlogged })`cosign verify --rekor-url ${log.url} ${image}:1.0`
  assert.deepEqual(log.take(), ['POST /api/v1/log/entries/retrieve'])
  const note = 'the CAs are those of SIGSTORE_ROOT_FILE, intermediates among them, and the signature has to be in a log'
  defect('verify with certificates', unlogged, note)

  const panic = 'panic: runtime error: invalid memory address or nil pointer dereference'
  await failing(all, { status: 2, message: panic })`cosign verify-attestation --rekor-url ${log.url} ${attested}:1.0`
  defect('verify an attestation with certificates', panic)
}

interface EmptyLog {
  readonly url: string
  /** What was asked since the last time that this was called. */
  readonly take: () => readonly string[]
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** A transparency log as Rekor's API has it that finds nothing in it, whatever is looked for. */
async function startEmptyLog(): Promise<EmptyLog> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => asked.splice(0),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
