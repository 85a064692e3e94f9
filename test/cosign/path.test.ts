import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseCertificate } from '../../src/cosign/x509/certificate.js'
import { makeCodeSigningAuthority, makeCodeSigningCertificate } from '../../src/cosign/x509/code-signing-certificate.js'
import { verifyPath, type PathSearch } from '../../src/cosign/x509/path.js'
import { extension, extensions, spkiOf } from '../../src/formats/certificate-writer.js'
import { boolean, explicit, implicit, oid, sequence } from '../../src/formats/der.js'
import { writePem } from '../../src/formats/pem.js'
import { codeOf } from '../support/codes.js'
import {
  caExtensions,
  codeSigning,
  dns,
  email,
  issue,
  leafExtensions,
  minutes,
  newKeys,
  noon,
  opensslCertificate,
  timeStamping,
  uri,
  type Issued,
  type IssueOptions,
} from '../support/pki.js'
import { folderFor } from '../support/registries.js'
import { quickly } from '../support/quickly.js'

const root = issue({ name: 'root' })
const intermediate = issue({ name: 'intermediate', by: root })
const leaf = issue({ name: '', by: intermediate, extensions: leafExtensions() })

const search = (change: Partial<PathSearch> = {}): PathSearch => ({
  intermediates: [intermediate.certificate],
  roots: [root.certificate],
  times: [noon],
  usage: codeSigning,
  ...change,
})

const names = (...path: readonly Issued[]): string[] => path.map(({ certificate }) => hexOf(certificate.der))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

void t.test('a path leads over what is needed to a root', async (t) => {
  const found = verifyPath(leaf.certificate, search())
  t.same(
    found.map(({ der }) => hexOf(der)),
    names(leaf, intermediate, root),
  )
  const direct = issue({ by: root, extensions: leafExtensions() })
  t.same(verifyPath(direct.certificate, search()).length, 2)
  const trusted = verifyPath(leaf.certificate, search({ roots: [leaf.certificate], intermediates: [] }))
  t.same(trusted.length, 1, 'a leaf that is trusted itself, as Go has it')
  const trustedCa = verifyPath(leaf.certificate, search({ roots: [intermediate.certificate], intermediates: [] }))
  t.same(trustedCa.length, 2, 'a root is what is given as one')
})

void t.test('a path goes round a CA of the same name and key that has expired', async (t) => {
  const expired = issue({ name: 'intermediate', by: root, keys: intermediate.keys, notAfter: noon - 1 })
  const both = [expired.certificate, intermediate.certificate]
  t.equal(verifyPath(leaf.certificate, search({ intermediates: both })).length, 3)
  t.equal(
    codeOf(() => verifyPath(leaf.certificate, search({ intermediates: [expired.certificate] }))),
    'CERT_EXPIRED_AT',
  )
})

void t.test('openssl’s chains, of each kind of key', async (t) => {
  const folder = folderFor(t)
  const ca = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
  const signer = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=codeSigning', 'subjectAltName=email:a@b.test']
  const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
  const kinds: Readonly<Record<string, { key: readonly string[]; signing?: readonly string[] }>> = {
    p256: { key: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
    p384: { key: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], signing: ['-sha384'] },
    p521: { key: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'], signing: ['-sha512'] },
    ed25519: { key: ['-algorithm', 'ED25519'] },
    rsa: { key: rsa },
    pss: { key: rsa, signing: ['-sha384', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'] },
  }
  for (const [kind, { key, signing = [] }] of Object.entries(kinds)) {
    const top = opensslCertificate(folder, `${kind}-root`, { subject: '/CN=root', key, signing, extensions: ca })
    const mid = opensslCertificate(folder, `${kind}-mid`, { subject: '/CN=mid', by: top, key, signing, extensions: ca })
    const low = opensslCertificate(folder, `${kind}-low`, { subject: '/CN=a', by: mid, signing, extensions: signer })
    const times = [Date.now()]
    const found = (): unknown =>
      verifyPath(
        parseCertificate(low.der),
        search({ roots: [parseCertificate(top.der)], intermediates: [parseCertificate(mid.der)], times }),
      )
    t.equal(codeOf(found), undefined, kind)
  }
  const top = opensslCertificate(folder, 'old', { subject: '/CN=root', key: rsa, extensions: ca })
  const sha1 = opensslCertificate(folder, 'sha1', { subject: '/CN=a', by: top, extensions: signer, signing: ['-sha1'] })
  const found = (): unknown =>
    verifyPath(parseCertificate(sha1.der), search({ roots: [parseCertificate(top.der)], times: [Date.now()] }))
  t.throws(found, { code: 'CERT_CHAIN', message: 'no path leads from the certificate to a trusted root' }, 'SHA-1')
})

void t.test('what openssl says of our chains is what we say', async (t) => {
  const folder = folderFor(t)
  const authority = makeCodeSigningAuthority({ now: Date.now() })
  const spki = spkiOf(newKeys().publicKey)
  const der = makeCodeSigningCertificate({ authority, now: Date.now(), spki, subject: 'alice@example.com' })
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), writePem('CERTIFICATE', bytes))
    return join(folder, name)
  }
  const trust = ['-x509_strict', '-no-CApath', '-no-CAstore', '-CAfile', file('root', authority.root)]
  const untrusted = ['-untrusted', file('intermediate', authority.intermediate)]
  execFileSync('openssl', ['verify', ...trust, ...untrusted, file('leaf', der)])
  const alone = spawnSync('openssl', ['verify', ...trust, join(folder, 'leaf')])
  t.equal(alone.status, 2, 'without the intermediate')
  const certificates = [authority.root, authority.intermediate, der].map(parseCertificate)
  const [top, mid, low] = certificates as [Issued['certificate'], Issued['certificate'], Issued['certificate']]
  const all = search({ roots: [top], intermediates: [mid], times: [Date.now()] })
  t.equal(verifyPath(low, all).length, 3)
  t.equal(
    codeOf(() => verifyPath(low, { ...all, intermediates: [] })),
    'CERT_CHAIN',
  )
})

// A chain whose parts are changed, and what is said of it.
const chainOf = (parts: {
  readonly root?: IssueOptions
  readonly intermediate?: IssueOptions
  readonly leaf?: IssueOptions
  readonly search?: Partial<PathSearch>
}): (() => unknown) => {
  const top = issue({ name: 'root', ...parts.root })
  const mid = issue({ name: 'intermediate', by: top, ...parts.intermediate })
  const low = issue({ name: '', by: mid, extensions: leafExtensions(), ...parts.leaf })
  const where = { roots: [top.certificate], intermediates: [mid.certificate], ...parts.search }
  return () => verifyPath(low.certificate, search(where))
}

const constraints = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): Buffer => {
  const trees = (bases: readonly Uint8Array[]): Buffer[] => bases.map((base) => sequence(base))
  return extension(
    oid('2.5.29.30'),
    true,
    sequence(
      ...(permitted.length > 0 ? [explicit(0, ...trees(permitted))] : []),
      ...(excluded.length > 0 ? [explicit(1, ...trees(excluded))] : []),
    ),
  )
}

const constrained = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[], name: Uint8Array) =>
  codeOf(
    chainOf({
      intermediate: { extensions: [...caExtensions(), constraints(permitted, excluded)] },
      leaf: { extensions: leafExtensions([name]) },
    }),
  )

void t.test('each rule of a path', async (t) => {
  const hour = minutes(60)
  const strange = extension(oid('1.2.3.4'), true, boolean(true))
  const refused: readonly (readonly [what: string, code: string, message: RegExp, check: () => unknown])[] = [
    [
      'another root',
      'CERT_CHAIN',
      /no path leads/,
      chainOf({ search: { roots: [issue({ name: 'root' }).certificate] } }),
    ],
    ['no intermediate', 'CERT_CHAIN', /no path leads/, chainOf({ search: { intermediates: [] } })],
    ['no roots', 'CERT_CHAIN', /no path leads/, chainOf({ search: { roots: [] } })],
    [
      'an intermediate that is no CA',
      'CERT_CHAIN',
      /CA 1 .* is not a CA/,
      chainOf({ intermediate: { extensions: [extensions.notCa()] } }),
    ],
    [
      'an intermediate without basic constraints',
      'CERT_CHAIN',
      /is not a CA/,
      chainOf({ intermediate: { extensions: [] } }),
    ],
    [
      'a root that is no CA',
      'CERT_CHAIN',
      /CA 2 .* is not a CA/,
      chainOf({ root: { extensions: [extensions.notCa()] } }),
    ],
    [
      'a CA that may not sign',
      'CERT_CHAIN',
      /may not sign certificates/,
      chainOf({ intermediate: { extensions: [extensions.ca(), extensions.signsData()] } }),
    ],
    [
      'a path that is too long',
      'CERT_CHAIN',
      /allows 0 CAs below it, and there are 1/,
      chainOf({ root: { extensions: caExtensions(0) } }),
    ],
    [
      'something critical in the leaf',
      'CERT_CHAIN',
      /not understood: 1\.2\.3\.4/,
      chainOf({ leaf: { extensions: [...leafExtensions(), strange] } }),
    ],
    [
      'something critical in a CA',
      'CERT_CHAIN',
      /not understood/,
      chainOf({ intermediate: { extensions: [...caExtensions(), strange] } }),
    ],
    [
      'a leaf for servers',
      'CERT_EKU',
      /the certificate is not for code signing/,
      chainOf({ leaf: { extensions: [extensions.usages(['1.3.6.1.5.5.7.3.1'])] } }),
    ],
    [
      'a leaf for nothing named',
      'CERT_EKU',
      /the certificate is not for code signing/,
      chainOf({ leaf: { extensions: [] } }),
    ],
    [
      'a CA for timestamps',
      'CERT_EKU',
      /CA 1 .* is not for code signing/,
      chainOf({ intermediate: { extensions: [...caExtensions(), extensions.usages([timeStamping])] } }),
    ],
    [
      'a leaf before its time',
      'CERT_EXPIRED_AT',
      /the certificate is not valid at 2026-01-01T12:00:00\.000Z/,
      chainOf({ leaf: { notBefore: noon + 1000 } }),
    ],
    ['a leaf after its time', 'CERT_EXPIRED_AT', /the certificate/, chainOf({ leaf: { notAfter: noon - 1000 } })],
    [
      'an intermediate after its time',
      'CERT_EXPIRED_AT',
      /the CA 1 above/,
      chainOf({ intermediate: { notAfter: noon - 1000 } }),
    ],
    ['a root after its time', 'CERT_EXPIRED_AT', /the CA 2 above/, chainOf({ root: { notAfter: noon - 1000 } })],
    [
      'one of two times',
      'CERT_EXPIRED_AT',
      /2026-01-01T12:20/,
      chainOf({ intermediate: { notAfter: noon + minutes(10) }, search: { times: [noon, noon + minutes(20)] } }),
    ],
    [
      '65 certificates',
      'CERT_CHAIN',
      /more than 64/,
      chainOf({ search: { intermediates: Array.from({ length: 64 }, () => intermediate.certificate) } }),
    ],
  ]
  for (const [what, code, message, check] of refused) t.throws(check, { code, message }, what)
  t.equal(codeOf(chainOf({ leaf: { notBefore: noon, notAfter: noon + hour } })), undefined, 'both ends are inside')
  t.equal(codeOf(chainOf({ leaf: { notBefore: noon - hour, notAfter: noon } })), undefined, 'both ends are inside')
  t.equal(codeOf(chainOf({ root: { extensions: caExtensions(1) } })), undefined, 'a path as long as allowed')
  const any = extensions.usages(['2.5.29.37.0'])
  t.equal(codeOf(chainOf({ intermediate: { extensions: [...caExtensions(), any] } })), undefined, 'a CA for any usage')
  t.throws(() => verifyPath(leaf.certificate, search({ times: [] })), TypeError)
})

void t.test('names are held to what a CA permits and excludes', async (t) => {
  const cases: readonly (readonly [
    permitted: readonly Uint8Array[],
    excluded: readonly Uint8Array[],
    name: Uint8Array,
    passes: boolean,
  ])[] = [
    [[email('example.com')], [], email('alice@example.com'), true],
    [[email('example.com')], [], email('alice@EXAMPLE.com'), true],
    [[email('example.com')], [], email('alice@sub.example.com'), false],
    [[email('.example.com')], [], email('alice@sub.example.com'), true],
    [[email('alice@example.com')], [], email('alice@example.com'), true],
    [[email('alice@example.com')], [], email('bob@example.com'), false],
    [[email('example.com')], [], email('no-address'), false],
    [[], [email('example.com')], email('alice@example.com'), false],
    [[], [email('example.com')], email('alice@sub.example.com'), false],
    [[], [email('example.com')], email('alice@example.org'), true],
    [[], [email('example.com')], email('no-address'), false],
    [[dns('example.com')], [], dns('a.example.com'), true],
    [[dns('example.com')], [], dns('badexample.com'), false],
    [[dns('')], [], dns('anything'), true],
    [[uri('example.com')], [], uri('https://example.com/x'), true],
    [[uri('example.com')], [], uri('https://example.com:8443'), true],
    [[uri('example.com')], [], uri('https://example.com@evil.test/'), false],
    [[uri('example.com')], [], uri('https://a.example.com/x'), false],
    [[uri('.example.com')], [], uri('https://a.example.com/x'), true],
    [[uri('example.com')], [], uri('urn:nothing'), false],
    [[], [uri('example.com')], uri('https://192.0.2.1/'), false],
    [[email('example.com')], [], uri('https://elsewhere.test/'), true],
    [[implicit(7, Buffer.alloc(8))], [], email('alice@example.com'), false],
    [[], [implicit(7, Buffer.alloc(8))], email('alice@example.com'), false],
  ]
  for (const [permitted, excluded, name, passes] of cases) {
    const what = `${permitted.map(String).join()}|${excluded.map(String).join()}|${String(name)}`
    t.equal(constrained(permitted, excluded, name), passes ? undefined : 'CERT_CHAIN', what)
  }
})

void t.test('a web of CAs that sign each other costs little', async (t) => {
  const keys = newKeys()
  const web = Array.from({ length: 40 }, () => issue({ name: 'web', keys }))
  const low = issue({ by: web[0] as Issued, extensions: leafExtensions() })
  const intermediates = web.map(({ certificate }) => certificate)
  const code = await quickly(() => codeOf(() => verifyPath(low.certificate, search({ intermediates }))), 200)
  t.equal(code, 'CERT_CHAIN')
})
