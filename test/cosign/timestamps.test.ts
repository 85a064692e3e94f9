import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { verifyTimestamp, verifyTimestamps, type TimestampAuthority } from '../../src/cosign/timestamps/timestamps.js'
import { parseCertificate } from '../../src/cosign/x509/certificate.js'
import { extensions } from '../../src/formats/certificate-writer.js'
import { octetString, oid, sequence } from '../../src/formats/der.js'
import { codeOf } from '../support/codes.js'
import { issue, minutes, noon, opensslCertificate, timeStamping } from '../support/pki.js'
import { folderFor } from '../support/registries.js'
import {
  critical,
  lookalike,
  stamperExtensions,
  stampOf,
  testAuthority,
  trusted,
  type StampOptions,
} from '../support/timestamps.js'

const signature = Buffer.from('a signature')
const authority = testAuthority()

void t.test('openssl’s timestamps, with keys and digests of several kinds', async (t) => {
  const folder = folderFor(t)
  const file = (name: string): string => join(folder, name)
  writeFileSync(file('data'), signature)
  const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
  const p384 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']
  const ca = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign', 'subjectKeyIdentifier=hash']
  const stamper = [
    'extendedKeyUsage=critical,timeStamping',
    'keyUsage=critical,digitalSignature',
    'subjectKeyIdentifier=hash',
  ]
  for (const [kind, key, digest] of [
    ['rsa', rsa, 'sha256'],
    ['p384', p384, 'sha384'],
    ['rsa5', rsa, 'sha512'],
  ] as const) {
    const root = opensslCertificate(folder, `${kind}-root`, { subject: '/CN=tsa root', key, extensions: ca })
    const tsa = opensslCertificate(folder, `${kind}-tsa`, { subject: '/CN=tsa', key, by: root, extensions: stamper })
    const config = [
      '[tsa]',
      'default_tsa=t',
      '[t]',
      `serial=${file('serial')}`,
      'default_policy=1.2.3',
      `digests=${digest}`,
    ]
    writeFileSync(
      file('conf'),
      [...config, `signer_digest=${digest}`, 'ess_cert_id_alg=sha256', 'accuracy=secs:1', 'ordering=yes'].join('\n'),
    )
    writeFileSync(file('serial'), '01')
    for (const certificates of [['-cert'], []]) {
      const openssl = (...args: string[]): Buffer =>
        execFileSync('openssl', ['ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      openssl('-query', '-data', file('data'), `-${digest}`, ...certificates, '-out', file('query'))
      const signer = ['-signer', tsa.file, '-inkey', tsa.keyFile, '-config', file('conf')]
      openssl('-reply', '-queryfile', file('query'), ...signer, '-out', file('reply'))
      openssl('-verify', '-data', file('data'), '-in', file('reply'), '-CAfile', root.file, '-untrusted', tsa.file)
      const trust = {
        root: parseCertificate(root.der),
        intermediates: [],
        signer: certificates.length > 0 ? undefined : parseCertificate(tsa.der),
        validFor: {},
      }
      const reply = readFileSync(file('reply'))
      const { time } = verifyTimestamp(reply, signature, [trust])
      t.ok(Math.abs(time - Date.now()) < minutes(2), `${kind} ${certificates.join()}`)
      t.equal(
        codeOf(() => verifyTimestamp(reply, Buffer.from('other'), [trust])),
        'TS_IMPRINT',
      )
    }
  }
})

void t.test('what openssl says of our timestamps', async (t) => {
  const folder = folderFor(t)
  const own = testAuthority()
  const file = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const pem = (der: Uint8Array): string =>
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  const args = ['-data', file('data', signature), '-in', file('reply', stampOf(signature, own))]
  const trust = [
    '-CAfile',
    file('root', pem(own.root.certificate.der)),
    '-untrusted',
    file('ca', pem(own.intermediate.certificate.der)),
  ]
  const at = ['-attime', String(noon / 1000)]
  const said = execFileSync('openssl', ['ts', '-verify', ...args, ...trust, ...at], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.match(said.toString(), 'Verification: OK')
})

const run = (
  options: StampOptions = {},
  trust: readonly TimestampAuthority[] = [trusted(authority)],
): string | undefined => codeOf(() => verifyTimestamp(stampOf(signature, authority, options), signature, trust))

void t.test('each rule of a timestamp', async (t) => {
  t.equal(run(), undefined)
  t.equal(run({ status: 1 }), undefined, 'granted with modifications')
  t.equal(run({ certificates: [] }), undefined, 'without certificates, of the known signer')
  const chain = [authority.signer, authority.intermediate, authority.root].map(({ certificate }) => certificate.der)
  const rootOnly = trusted(authority, { intermediates: [], signer: undefined })
  t.equal(run({ certificates: chain }, [rootOnly]), undefined, 'with the intermediates in it')
  t.equal(run({ certificates: chain.toReversed() }, [rootOnly]), undefined, 'in any order')
  t.equal(run({ certificates: [authority.signer.certificate.der] }, [rootOnly]), 'TS_CHAIN', 'without them')
  t.equal(run({ certificates: [] }, [rootOnly]), 'TS_SIGNER', 'without the signer')
  t.equal(run({ time: noon + 500 }), undefined, 'a fraction of a second')
  t.equal(run({ status: 2 }), 'TS_PARSE', 'refused')
  t.equal(run({ contentType: oid('1.2.840.113549.1.7.1') }), 'TS_PARSE', 'of something else than a timestamp')
  t.equal(run({ infoExtensions: [critical()] }), 'TS_PARSE', 'a critical extension')
  t.equal(
    run({ imprint: sequence(sequence(oid('1.3.14.3.2.26')), octetString(Buffer.alloc(20))) }),
    'TS_IMPRINT',
    'SHA-1',
  )
  t.equal(
    run({ imprint: sequence(sequence(oid('2.16.840.1.101.3.4.2.1')), octetString(Buffer.alloc(32))) }),
    'TS_IMPRINT',
  )
  t.equal(run({ signedContent: signature }), 'TS_SIGNER', 'another digest is signed')
  t.equal(run({ attributes: [] }), 'TS_SIGNER', 'nothing is signed')
  t.equal(run({ key: issue().keys.privateKey }), 'TS_SIGNER', 'another key')
  t.equal(run({ key: generateKeyPairSync('ed25519').privateKey }), 'TS_SIGNER', 'another kind of key')
  t.equal(run({ essOf: authority.root.certificate.der }), 'TS_SIGNER', 'it names another certificate')
  t.equal(run({}, []), 'TS_CHAIN', 'nobody is trusted')
  t.equal(run({}, [trusted(testAuthority())]), 'TS_SIGNER', 'another authority')
  t.equal(run({}, [trusted(testAuthority()), trusted(authority)]), undefined, 'the second authority')
  t.equal(run({ time: noon + minutes(61) }), 'TS_WINDOW', 'its certificate has expired')
  t.equal(run({ time: noon - minutes(61) }), 'TS_WINDOW', 'its certificate was not valid yet')
  t.equal(run({}, [trusted(authority, { validFor: { start: noon, end: noon } })]), undefined, 'both ends are inside')
  t.equal(run({}, [trusted(authority, { validFor: { start: noon + 1 } })]), 'TS_WINDOW')
  t.equal(run({}, [trusted(authority, { validFor: { end: noon - 1 } })]), 'TS_WINDOW')
})

void t.test('who signs is for time stamping alone, critically, and no CA', async (t) => {
  const kinds: Readonly<Record<string, readonly Uint8Array[]>> = {
    'not critical': [extensions.signsData(), extensions.usages([timeStamping])],
    'two usages': [extensions.usages([timeStamping, '1.3.6.1.5.5.7.3.3'], true)],
    'any usage': [extensions.usages(['2.5.29.37.0'], true)],
    'no usage': [extensions.signsData()],
    'a CA': [extensions.ca(), extensions.usages([timeStamping], true)],
    'a key that may not sign': [extensions.signsCertificates(), extensions.usages([timeStamping], true)],
  }
  for (const [what, parts] of Object.entries(kinds)) {
    const own = testAuthority({ signer: parts })
    t.equal(
      codeOf(() => verifyTimestamp(stampOf(signature, own), signature, [trusted(own)])),
      'TS_SIGNER',
      what,
    )
  }
})

void t.test(
  'the signer is whom the signature names, not the first of the certificates (GHSA-xm5m-wgh2-rrg3)',
  async (t) => {
    const rootOnly = trusted(authority, { signer: undefined })
    const attacker = issue({ name: 'attacker', extensions: stamperExtensions() })
    const bag = [authority.signer.certificate.der, attacker.certificate.der]
    const forged: StampOptions = { certificates: bag, named: attacker, key: attacker.keys.privateKey }
    t.equal(run(forged, [rootOnly]), 'TS_CHAIN', 'signed by somebody else, beside the right certificate')
    t.equal(run(forged), 'TS_SIGNER', 'when the signer is known')
    t.equal(run({ ...forged, named: authority.signer }, [rootOnly]), 'TS_SIGNER', 'who names the right one')
    const twin = lookalike(authority.signer, authority.intermediate)
    const both = [twin.certificate.der, authority.signer.certificate.der]
    t.equal(run({ certificates: both }, [rootOnly]), 'TS_SIGNER', 'two that could be named')
  },
)

void t.test('the signer may be named by the identifier of its key', async (t) => {
  const keyId = Buffer.from('0123456789abcdef0123')
  const own = testAuthority({ signer: [...stamperExtensions(), extensions.subjectKeyId(keyId)] })
  const of = (byKeyId: Uint8Array): string | undefined =>
    codeOf(() => verifyTimestamp(stampOf(signature, own, { byKeyId }), signature, [trusted(own)]))
  t.equal(of(keyId), undefined)
  t.equal(of(Buffer.alloc(20)), 'TS_SIGNER')
})

void t.test('each authority counts once, and a timestamp that does not hold is told of', async (t) => {
  const other = testAuthority()
  const authorities = [trusted(authority), trusted(other)]
  const stamps = [
    stampOf(signature, authority),
    stampOf(signature, authority, { time: noon + minutes(5) }),
    stampOf(signature, other, { time: noon + minutes(1) }),
    stampOf(signature, testAuthority()),
    Buffer.from('nothing'),
  ]
  const { times, findings } = verifyTimestamps(stamps, signature, authorities)
  t.same(times, [noon, noon + minutes(1)])
  t.same(
    findings.map(({ code }) => code),
    ['TS_SIGNER', 'TS_PARSE'],
  )
  const many = Array.from({ length: 33 }, () => stamps[0] as Buffer)
  t.equal(
    codeOf(() => verifyTimestamps(many, signature, authorities)),
    'TS_PARSE',
  )
})
