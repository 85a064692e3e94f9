import { generateKeyPairSync } from 'node:crypto'
import {
  certificateCheck,
  parseCertificate,
  parsePublicKey,
  readPem,
  verifyAttestation,
  verifyImage,
  type CertificatePolicy,
  type Policy,
  type Strictness,
  type Verdict,
} from 'start-registry/cosign'
import t from 'tap'
import { issue } from '../support/pki.js'
import { goldenDigest, goldenFile, goldens, goldenStore, goldenText, type Golden } from './golden/fixtures.js'

const v1 = 'cosign.sigstore.dev/attestation/v1'
const custom = `https://${v1}`
const sign = 'https://sigstore.dev/cosign/sign/v1'

// What is kept: where it is found, and the type of what it states.
const kept: readonly (readonly [name: string, form: string, predicateType: string | undefined])[] = [
  ['1.0.0/certificate-attest-tag', 'att-tag', v1],
  ['1.0.0/certificate-sign-tag', 'sig-tag', undefined],
  ['1.0.0/key-attest-tag', 'att-tag', v1],
  ['1.0.0/key-sign-tag', 'sig-tag', undefined],
  ...['2.6.5', '3.1.3'].flatMap((version) =>
    ['certificate', 'key'].flatMap(
      (by) =>
        [
          [`${version}/${by}-attest-bundle`, 'bundle', custom],
          [`${version}/${by}-attest-bundle-fallback`, 'bundle', custom],
          [`${version}/${by}-attest-tag`, 'att-tag', custom],
          [`${version}/${by}-sign-bundle`, 'bundle', sign],
          [`${version}/${by}-sign-bundle-fallback`, 'bundle', sign],
          [`${version}/${by}-sign-oci-1-1`, 'oci-1-1', undefined],
          [`${version}/${by}-sign-oci-1-1-fallback`, 'oci-1-1', undefined],
          [`${version}/${by}-sign-tag`, 'sig-tag', undefined],
        ] as const,
    ),
  ),
]

const strictnesses = ['strict', 'cosign'] as const
const alice = { subject: 'alice@example.com', issuer: 'https://issuer.example' }
const [intermediate, root] = readPem(goldenText('chain.pem')).map(({ der }) => der) as [Uint8Array, Uint8Array]
// The certificates are valid for thirty days from when they were made.
const made = parseCertificate(intermediate).notBefore
const hour = 3_600_000

const certificates = (change: Partial<CertificatePolicy> = {}): Policy => {
  const policy = { roots: [root], intermediates: [intermediate], identity: alice, now: made + hour }
  return { certificates: certificateCheck({ ...policy, ...change }) }
}

const policyOf = ({ by, version }: Golden): Policy =>
  by === 'key' ? { keys: [parsePublicKey(goldenText(`${version}/cosign.pub`))] } : certificates()

function judge(golden: Golden, strictness: Strictness, policy = policyOf(golden), store = goldenStore(golden)) {
  const verify = golden.what === 'sign' ? verifyImage : verifyAttestation
  return verify(store, goldenDigest(), policy, { strictness, experimentalOci11: golden.where === 'oci-1-1' })
}

const codesOf = ({ signatures }: Verdict): string[] =>
  signatures.flatMap(({ findings }) => findings.map(({ code }) => code))

void t.test('what the real versions of cosign signed is verified by both strictnesses', async (t) => {
  t.same(
    goldens().map(({ name }) => name),
    kept.map(([name]) => name),
    'what is kept is what is known here',
  )
  for (const golden of goldens()) {
    const { name } = golden
    const [, form, predicateType] = kept.find(([one]) => one === name) ?? []
    for (const strictness of strictnesses) {
      const verdict = await judge(golden, strictness)
      t.match(verdict, { verified: true, exitCode: 0, findings: [], strictness, digest: goldenDigest() }, name)
      t.equal(verdict.signatures.length, 1, name)
      const [signature] = verdict.signatures
      t.match(signature, { form, verified: true, layer: 0, algorithm: 'ecdsa-p256-sha256' }, name)
      t.equal(signature?.predicateType, predicateType, name)
      t.same(signature?.identity, golden.by === 'key' ? undefined : alice, name)
      t.same(codesOf(verdict), predicateType === v1 ? ['LEGACY_V1_ATTESTATION'] : [], name)
    }
  }
})

// The codes that each strictness answers, and the status that cosign would end with.
async function refused(golden: Golden, policy?: Policy, store?: ReturnType<typeof goldenStore>): Promise<string> {
  const said: string[] = []
  for (const strictness of strictnesses) {
    const verdict = await judge(golden, strictness, policy, store)
    said.push(`${verdict.verified ? 'verified ' : ''}${codesOf(verdict).join()} ${verdict.exitCode}`)
  }
  return [...new Set(said)].join(' but ')
}

// What cosign finds in the OCI 1.1 mode and cannot verify is to it as if it were not there.
function refusal(code: string, { what, where }: Golden): string {
  if (where === 'oci-1-1') return `${code} 12 but ${code} 10`
  return `${code} ${what === 'attest' || where === 'bundle' ? 1 : 12}`
}

void t.test('another key, another identity and another time are refused', async (t) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const stranger = { keys: [parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())] }
  const otherRoot = issue({ name: 'root' }).certificate.der
  const bob = { ...alice, subject: 'bob@example.com' }
  for (const golden of goldens()) {
    const inBundle = golden.where === 'bundle'
    if (golden.by === 'key') {
      t.equal(await refused(golden, stranger), refusal('SIG_INVALID', golden), golden.name)
      const code = inBundle ? 'WRONG_KEY_KIND' : 'CERT_MISSING'
      t.equal(await refused(golden, certificates()), refusal(code, golden), golden.name)
      continue
    }
    t.equal(await refused(golden, certificates({ identity: bob })), refusal('SAN_MISMATCH', golden), golden.name)
    const elsewhere = { ...alice, issuer: 'https://elsewhere.example' }
    t.equal(
      await refused(golden, certificates({ identity: elsewhere })),
      refusal('ISSUER_MISMATCH', golden),
      golden.name,
    )
    const later = { now: made + 31 * 24 * hour }
    t.equal(await refused(golden, certificates(later)), refusal('CERT_EXPIRED_AT', golden), golden.name)
    t.equal(await refused(golden, certificates({ roots: [otherRoot] })), refusal('CERT_CHAIN', golden), golden.name)
  }
})

void t.test('a changed payload or bundle is refused', async (t) => {
  for (const golden of goldens()) {
    const store = goldenStore(golden, (file, bytes) => (file === 'layer.json' ? flipped(bytes) : bytes))
    // A bundle that cannot be read is none, and then there is no signature.
    const isNone = golden.where === 'bundle' && golden.what === 'sign'
    const wanted = isNone ? 'BLOB_DIGEST_MISMATCH 10' : refusal('BLOB_DIGEST_MISMATCH', golden)
    t.equal(await refused(golden, undefined, store), wanted, golden.name)
  }
})

void t.test('a changed signature is refused', async (t) => {
  for (const golden of goldens()) {
    if (golden.where === 'bundle' || golden.what === 'attest') continue
    const store = goldenStore(golden, (file, bytes) => (file === 'manifest.json' ? withOtherSignature(bytes) : bytes))
    t.equal(await refused(golden, undefined, store), refusal('SIG_INVALID', golden), golden.name)
  }
})

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const middle = bytes.length >> 1
  copy.writeUInt8(copy.readUInt8(middle) ^ 1, middle)
  return copy
}

// A signature in base64 with one bit changed near its end.
const withOtherSignature = (bytes: Buffer): Buffer =>
  Buffer.from(
    bytes.toString().replace(/(?<="dev\.cosignproject\.cosign\/signature":")[^"]+/, (text) => {
      const signature = Buffer.from(text, 'base64')
      const last = signature.length - 1
      signature.writeUInt8(signature.readUInt8(last) ^ 1, last)
      return signature.toString('base64')
    }),
  )

void t.test('each version stores what it is known to store', (t) => {
  const manifest = (name: string): { readonly mediaType?: string } =>
    JSON.parse(goldenText(`${name}/manifest.json`)) as { mediaType?: string }
  t.equal(manifest('1.0.0/key-sign-tag').mediaType, undefined, 'cosign 1 leaves the media type out')
  t.equal(manifest('2.6.5/key-sign-tag').mediaType, 'application/vnd.oci.image.manifest.v1+json')
  for (const { name, isFallback } of goldens()) {
    t.equal(goldenFile(`${name}/index.json`) !== undefined, isFallback, `${name}: an index where there is no API`)
  }
  t.end()
})
