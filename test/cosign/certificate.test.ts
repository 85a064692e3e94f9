import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { parseCertificate, type Certificate } from '../../src/cosign/x509/certificate.js'
import { makeCodeSigningAuthority, makeCodeSigningCertificate } from '../../src/cosign/x509/code-signing-certificate.js'
import { verifyIdentity, type IdentityPolicy } from '../../src/cosign/x509/identity.js'
import { extension, extensions, spkiOf } from '../../src/formats/certificate-writer.js'
import { boolean, der, explicit, oid, sequence, utf8String } from '../../src/formats/der.js'
import { codeOf } from '../support/codes.js'
import { dns, email, issue, leafExtensions, minutes, newKeys, noon, opensslCertificate, uri } from '../support/pki.js'
import { folderFor } from '../support/registries.js'

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

void t.test('openssl’s certificates are read as node reads them', async (t) => {
  const folder = folderFor(t)
  const kinds = {
    p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    ed25519: ['-algorithm', 'ED25519'],
  }
  for (const [name, key] of Object.entries(kinds)) {
    const made = opensslCertificate(folder, name, {
      subject: '/C=NL/O=Example/CN=Alice',
      key,
      extensions: [
        'basicConstraints=critical,CA:TRUE,pathlen:3',
        'keyUsage=critical,digitalSignature,keyCertSign',
        'extendedKeyUsage=codeSigning,1.2.3.4',
        'subjectAltName=critical,email:alice@example.com,URI:https://example.com/alice,DNS:example.com,IP:192.0.2.1',
        'subjectKeyIdentifier=hash',
        'authorityKeyIdentifier=keyid:always',
        '1.3.6.1.4.1.57264.1.1=DER:68747470733a2f2f69',
        '1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:https://issuer.example',
      ],
    })
    const seen = new X509Certificate(made.der)
    const read = parseCertificate(made.der)
    t.equal(read.version, 3)
    t.equal(hex(read.serial).replace(/^00/, ''), seen.serialNumber.toLowerCase())
    t.equal(new Date(read.notBefore).toUTCString(), new Date(seen.validFrom).toUTCString())
    t.equal(new Date(read.notAfter).toUTCString(), new Date(seen.validTo).toUTCString())
    t.equal(hex(read.spki), hex(spkiOf(seen.publicKey)))
    t.same(read.basicConstraints, { ca: true, pathLength: 3 })
    t.same(read.keyUsage, { digitalSignature: true, certificateSigning: true })
    t.same(read.extendedKeyUsage, ['1.3.6.1.5.5.7.3.3', '1.2.3.4'])
    t.same(read.subjectAltNames, [
      { kind: 'email', value: 'alice@example.com' },
      { kind: 'uri', value: 'https://example.com/alice' },
      { kind: 'dns', value: 'example.com' },
      { kind: 'other', value: '[7]' },
    ])
    t.equal(hex(read.authorityKeyId), hex(read.subjectKeyId), 'of a certificate that signs itself')
    t.equal(read.subjectKeyId?.length, 20)
    t.equal(read.issuerRaw, 'https://i')
    t.equal(read.issuer, 'https://issuer.example')
    t.same(read.notUnderstood, [])
  }
})

void t.test('what is no certificate is refused with what is wrong', async (t) => {
  const { certificate } = issue({ extensions: leafExtensions() })
  const twice = [extensions.ca(), extensions.ca()]
  const refused: readonly (readonly [what: string, der: () => unknown])[] = [
    ['nothing', () => parseCertificate(new Uint8Array())],
    ['text', () => parseCertificate(Buffer.from('-----BEGIN CERTIFICATE-----'))],
    ['a byte after it', () => parseCertificate(Buffer.concat([certificate.der, Buffer.of(0)]))],
    ['its end missing', () => parseCertificate(certificate.der.subarray(0, -1))],
    ['64 KiB', () => parseCertificate(der(0x30, Buffer.alloc(65 << 10)))],
    ['an extension twice', () => issue({ extensions: twice })],
    ['no names in the names', () => issue({ extensions: [extensions.subjectAltNames([])] })],
    ['a NUL in a name', () => issue({ extensions: leafExtensions([email('alice@example.com\0.evil')]) })],
    ['a name that is not ASCII', () => issue({ extensions: leafExtensions([email('älice@example.com')]) })],
    ['no usages', () => issue({ extensions: [extensions.usages([])] })],
    [
      'FALSE for critical by a wrong tag',
      () => issue({ extensions: [sequence(oid('1.2.3'), utf8String('x'), der(4))] }),
    ],
    [
      'a CA that is 1',
      () => issue({ extensions: [extension(oid('2.5.29.19'), true, sequence(der(1, Buffer.of(1))))] }),
    ],
    [
      'a subtree with a distance',
      () => issue({ extensions: [constraints(sequence(dns('a.test'), der(0x80, Buffer.of(1))))] }),
    ],
  ]
  for (const [what, make] of refused) t.equal(codeOf(make), 'CERT_PARSE', what)
  const short = Buffer.from(certificate.der)
  // The signed algorithm of an ECDSA certificate, changed to the one with SHA-384.
  short[short.indexOf(Buffer.from('06082a8648ce3d040302', 'hex')) + 9] = 3
  t.throws(() => parseCertificate(short), { code: 'CERT_PARSE', message: /two algorithms/ })
})

const constraints = (subtree: Uint8Array): Buffer => extension(oid('2.5.29.30'), true, sequence(explicit(0, subtree)))

void t.test('critical extensions that are not understood are told', async (t) => {
  const strange = (critical: boolean): readonly string[] =>
    issue({ extensions: [extension(oid('1.2.3.4'), critical, boolean(true))] }).certificate.notUnderstood
  t.same(strange(true), ['1.2.3.4'])
  t.same(strange(false), [])
})

const username = (name: string): Buffer => explicit(0, oid('1.3.6.1.4.1.57264.1.7'), explicit(0, utf8String(name)))

const rawIssuer = (text: string): Buffer => extension(oid('1.3.6.1.4.1.57264.1.1'), false, Buffer.from(text))
const utf8Issuer = (text: string): Buffer => extension(oid('1.3.6.1.4.1.57264.1.8'), false, utf8String(text))

void t.test('an identity fits exactly or by an expression from its beginning to its end', async (t) => {
  const names = [
    email('alice@example.com'),
    uri('https://example.com/w@refs/heads/main'),
    dns('a.test'),
    username('bob!x.test'),
  ]
  const { certificate } = issue({ extensions: [...leafExtensions(names), utf8Issuer('https://issuer.test')] })
  const check = (policy: IdentityPolicy, of: Certificate = certificate): string | undefined =>
    codeOf(() => verifyIdentity(of, policy))
  const issuer = 'https://issuer.test'
  const cases: readonly (readonly [IdentityPolicy, string | undefined])[] = [
    [{ subject: 'alice@example.com', issuer }, undefined],
    [{ subject: 'https://example.com/w@refs/heads/main', issuer }, undefined],
    [{ subject: 'a.test', issuer }, undefined],
    [{ subject: 'bob!x.test', issuer }, undefined],
    [{ subject: 'Alice@example.com', issuer }, 'SAN_MISMATCH'],
    [{ subject: '', issuer }, 'SAN_MISMATCH'],
    [{ subject: 'alice@example.com', issuer: 'https://issuer.test/' }, 'ISSUER_MISMATCH'],
    [{ subject: 'alice@example.com', issuer: '' }, 'ISSUER_MISMATCH'],
    [{ subjectRegExp: '.*@example\\.com', issuerRegExp: 'https://.*' }, undefined],
    [{ subjectRegExp: 'alice', issuer }, 'SAN_MISMATCH'],
    [{ subjectRegExp: 'alice', issuer, anchored: false }, undefined],
    [{ subjectRegExp: 'alice@|mallory', issuer }, 'SAN_MISMATCH'],
    [{ subjectRegExp: '(?i)ALICE@example.com', issuer }, undefined],
    [{ subjectRegExp: '.*', issuerRegExp: 'issuer' }, 'ISSUER_MISMATCH'],
  ]
  for (const [policy, code] of cases) t.equal(check(policy), code, JSON.stringify(policy))
  t.same(verifyIdentity(certificate, { subjectRegExp: 'https.*', issuer }), {
    subject: 'https://example.com/w@refs/heads/main',
    issuer,
  })
  for (const policy of [{ subject: 'a' }, { issuer: 'a' }, { subject: 'a', subjectRegExp: 'a', issuer: 'a' }, {}]) {
    t.throws(() => verifyIdentity(certificate, policy), TypeError)
  }
  t.throws(() => verifyIdentity(certificate, { subjectRegExp: '(', issuer }), /identity\.subjectRegExp/)
})

void t.test('the issuer is the newer extension or the older, and not two that differ', async (t) => {
  const check = (parts: readonly Buffer[], issuer: string): string | undefined => {
    const { certificate } = issue({ extensions: [...leafExtensions(), ...parts] })
    return codeOf(() => verifyIdentity(certificate, { subject: 'alice@example.com', issuer }))
  }
  t.equal(check([rawIssuer('https://i')], 'https://i'), undefined)
  t.equal(check([utf8Issuer('https://i'), rawIssuer('https://i')], 'https://i'), undefined)
  t.equal(check([utf8Issuer('https://i'), rawIssuer('https://j')], 'https://i'), 'ISSUER_MISMATCH')
  t.equal(check([], ''), undefined, 'none is the empty one, as in cosign')
  t.equal(check([], 'https://i'), 'ISSUER_MISMATCH')
})

void t.test('a certificate without a name is for nobody', async (t) => {
  const { certificate } = issue()
  t.throws(() => verifyIdentity(certificate, { subjectRegExp: '.*', issuerRegExp: '.*' }), {
    code: 'SAN_MISMATCH',
    message: /is for nobody/,
  })
})

void t.test('an expression is not tried on endless names', async (t) => {
  const { certificate } = issue({ extensions: leafExtensions([email(`${'a'.repeat(3000)}@x.test`)]) })
  t.equal(
    codeOf(() => verifyIdentity(certificate, { subjectRegExp: '.*', issuerRegExp: '.*' })),
    'SAN_MISMATCH',
  )
})

void t.test('code-signing certificates are made like Fulcio’s', async (t) => {
  const authority = makeCodeSigningAuthority({ now: noon })
  const keys = newKeys()
  const leaf = parseCertificate(
    makeCodeSigningCertificate({
      authority,
      now: noon,
      validFor: minutes(10),
      spki: spkiOf(keys.publicKey),
      subject: 'https://example.com/w',
      issuer: 'https://issuer.test',
    }),
  )
  t.same(leaf.subjectAltNames, [{ kind: 'uri', value: 'https://example.com/w' }])
  t.equal(leaf.issuer, 'https://issuer.test')
  t.equal(leaf.issuerRaw, 'https://issuer.test')
  t.same(leaf.extendedKeyUsage, ['1.3.6.1.5.5.7.3.3'])
  t.equal(hex(leaf.subjectName), '3000')
  t.equal(leaf.notAfter, noon + minutes(10))
  t.ok(new X509Certificate(leaf.der).verify(new X509Certificate(authority.intermediate).publicKey))
  t.ok(new X509Certificate(authority.intermediate).verify(new X509Certificate(authority.root).publicKey))
  const name = (subject: string): unknown =>
    makeCodeSigningCertificate({ authority, now: noon, spki: spkiOf(keys.publicKey), subject })
  t.throws(() => name('älice'), TypeError)
  t.throws(() => name(''), TypeError)
})
