import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import {
  bitString,
  boolean,
  der,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../src/formats/der.js'
import { makeCertificates } from '../../src/server/certificates.js'
import { hasIpv6, tlsHosts } from '../support/ipv6.js'
import { folderFor, type Teardown } from '../support/registries.js'

const hour = 3_600_000
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const make = (...names: string[]): ReturnType<typeof makeCertificates> => makeCertificates({ names, now: Date.now() })

// What `openssl verify` says of a leaf, and its exit code; only the CA given is trusted.
function verifierFor(t: Teardown): (ca: string, leaf: string, ...flags: string[]) => [status: number, said: string] {
  const folder = folderFor(t)
  return (ca, leaf, ...flags) => {
    const files = { ca: join(folder, 'ca.pem'), leaf: join(folder, 'leaf.pem') }
    writeFileSync(files.ca, ca)
    writeFileSync(files.leaf, leaf)
    const trust = ['-x509_strict', '-no-CApath', '-no-CAstore', '-CAfile', files.ca]
    const { status, stdout, stderr } = spawnSync('openssl', ['verify', ...trust, ...flags, files.leaf], {
      encoding: 'utf8',
    })
    return [status ?? -1, (stdout + stderr).replaceAll(`${folder}/`, '')]
  }
}

const extensionOf = (certificate: string, name: string): string =>
  execFileSync('openssl', ['x509', '-noout', '-ext', name], { input: certificate, encoding: 'utf8' })
    .trimEnd()
    .replaceAll(/ *\n */g, ' ')

void t.test('openssl verifies the leaf strictly with its CA, and with no other', async (t) => {
  const verify = verifierFor(t)
  const { ca, certificate } = make('registry.test', '*.example.test', '192.0.2.7', '2001:db8::5')
  t.same(verify(ca.certificate, ca.certificate), [0, 'leaf.pem: OK\n'], 'the CA itself')
  t.same(verify(ca.certificate, certificate, '-purpose', 'sslserver'), [0, 'leaf.pem: OK\n'])
  for (const name of ['localhost', 'registry.test', 'any.example.test']) {
    t.same(verify(ca.certificate, certificate, '-verify_hostname', name), [0, 'leaf.pem: OK\n'], name)
  }
  for (const ip of ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::5']) {
    t.same(verify(ca.certificate, certificate, '-verify_ip', ip), [0, 'leaf.pem: OK\n'], ip)
  }
  const [wrongName, mismatch] = verify(ca.certificate, certificate, '-verify_hostname', 'start-registry')
  t.equal(wrongName, 2)
  t.match(mismatch, 'error 62 at 0 depth lookup: hostname mismatch')
  const [wrongCa, unknown] = verify(make().ca.certificate, certificate)
  t.equal(wrongCa, 2)
  t.match(unknown, 'error 20 at 0 depth lookup: unable to get local issuer certificate')
})

void t.test('the CA says that it is one, and the leaf that it is a server', async (t) => {
  const { ca, certificate } = make()
  const authority = new X509Certificate(ca.certificate)
  const leaf = new X509Certificate(certificate)
  t.equal(authority.ca, true)
  t.equal(leaf.ca, false)
  t.equal(leaf.verify(authority.publicKey), true)
  t.equal(leaf.checkIssued(authority), true)
  t.equal(
    extensionOf(ca.certificate, 'basicConstraints,keyUsage'),
    'X509v3 Basic Constraints: critical CA:TRUE, pathlen:0 X509v3 Key Usage: critical Certificate Sign, CRL Sign',
  )
  t.equal(
    extensionOf(certificate, 'basicConstraints,keyUsage'),
    'X509v3 Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature',
  )
  // OpenSSL reads a wrong count of unused bits all the same; other readers of DER do not.
  t.ok(hex(authority.raw).includes('0603551d0f0101ff040403020106'), 'keyCertSign and cRLSign, 1 bit unused')
  t.ok(hex(leaf.raw).includes('0603551d0f0101ff040403020780'), 'digitalSignature, 7 bits unused')
  // Node's keyUsage is the extended one.
  t.same(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
})

void t.test('key ids are the SHA-1 of the 65-byte point; serials are 16 positive bytes', async (t) => {
  const { ca, certificate } = make()
  const [authority, leaf] = [new X509Certificate(ca.certificate), new X509Certificate(certificate)]
  const keyIdOf = ({ publicKey }: X509Certificate): string => {
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
    t.equal(point.length, 65)
    return createHash('sha1').update(point).digest('hex')
  }
  const read = (pem: string, name: string): string | undefined =>
    /(?:[0-9A-F]{2}:){19}[0-9A-F]{2}/.exec(extensionOf(pem, name))?.[0].replaceAll(':', '').toLowerCase()
  t.equal(read(ca.certificate, 'subjectKeyIdentifier'), keyIdOf(authority))
  t.equal(read(certificate, 'subjectKeyIdentifier'), keyIdOf(leaf))
  t.equal(read(certificate, 'authorityKeyIdentifier'), keyIdOf(authority))
  for (const { serialNumber } of [authority, leaf]) t.match(serialNumber, /^[4-7][0-9A-F]{31}$/)
  t.not(authority.serialNumber, leaf.serialNumber)
})

void t.test('every name given is in the certificate, once', async (t) => {
  const { certificate } = make('registry.test', '*.example.test', '192.0.2.7', '2001:db8::5', '[fe80::1]', 'localhost')
  t.equal(
    new X509Certificate(certificate).subjectAltName,
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:registry.test, DNS:*.example.test, ' +
      'IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:5, IP Address:FE80:0:0:0:0:0:0:1',
  )
  const rows = [
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['1::', '1:0:0:0:0:0:0:0'],
    ['1:2::7:8', '1:2:0:0:0:0:7:8'],
    ['::ffff:192.0.2.1', '0:0:0:0:0:FFFF:C000:201'],
  ] as const
  for (const [name, written] of rows) {
    t.ok(new X509Certificate(make(name).certificate).subjectAltName?.endsWith(`, IP Address:${written}`), name)
  }
})

void t.test('validity counts from the time given', async (t) => {
  const now = Date.UTC(2030, 0, 2, 3, 4, 5)
  for (const given of [now, new Date(now)]) {
    const { ca, certificate } = makeCertificates({ names: [], now: given })
    for (const pem of [ca.certificate, certificate]) {
      const { validFrom, validTo } = new X509Certificate(pem)
      t.equal(validFrom, 'Jan  2 02:04:05 2030 GMT')
      t.equal(Date.parse(validTo) - Date.parse(validFrom), 45 * 24 * hour)
    }
  }
  const across = makeCertificates({ names: [], now: Date.UTC(2049, 11, 1) })
  t.equal(new X509Certificate(across.certificate).validFrom, 'Nov 30 23:00:00 2049 GMT')
  t.equal(new X509Certificate(across.certificate).validTo, 'Jan 14 23:00:00 2050 GMT')
  const at = String(Date.UTC(2050, 0, 1) / 1000)
  t.same(verifierFor(t)(across.ca.certificate, across.certificate, '-attime', at), [0, 'leaf.pem: OK\n'])
  t.throws(() => makeCertificates({ names: [], now: Number.NaN }), {
    name: 'RangeError',
    message: 'Invalid time value',
  })
})

void t.test("the key is the leaf's, the pin too, and the CA's key stays inside", async (t) => {
  const made = make()
  const leaf = new X509Certificate(made.certificate)
  const key = createPrivateKey(made.key)
  t.equal(leaf.checkPrivateKey(key), true)
  t.equal(new X509Certificate(made.ca.certificate).checkPrivateKey(key), false)
  t.match(made.key, /^-----BEGIN PRIVATE KEY-----\n/)
  t.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  const spki = leaf.publicKey.export({ type: 'spki', format: 'der' })
  t.equal(made.spkiPin, createHash('sha256').update(spki).digest('base64'))
  t.same(Object.keys(made), ['ca', 'certificate', 'key', 'spkiPin'])
  t.same(Object.keys(made.ca), ['certificate'])
  for (const pem of [made.ca.certificate, made.certificate]) {
    t.match(pem, /^-----BEGIN CERTIFICATE-----\n(?:[\w+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/)
  }
})

void t.test('two CAs have two subjects, of at most 64 characters', async (t) => {
  const [one, two] = [make(), make()].map(({ ca }) => new X509Certificate(ca.certificate)) as [
    X509Certificate,
    X509Certificate,
  ]
  t.not(one.subject, two.subject)
  for (const { subject, issuer } of [one, two]) {
    t.match(subject, /^CN=start-registry CA [0-9a-f]{12}$/)
    t.equal(issuer, subject)
  }
  const leaf = new X509Certificate(make(`${'a'.repeat(63)}.test`).certificate)
  t.equal(leaf.subject, 'CN=start-registry', 'never a name, which could be too long')
})

void t.test('what is neither a host name nor an IP address is refused', async (t) => {
  t.throws(() => make('registry.test', 'foo bar'), {
    name: 'TypeError',
    message: 'start-registry: tls.names: "foo bar" is neither a host name nor an IP address',
  })
  const long = `${'a.'.repeat(126)}aa`
  const broken = ['', '*', '*.', 'a.*.test', '*.*.test', 'a*.test', '.test', 'a..b', 'a.', '-a', 'a-', 'a_b', 'a/b']
  const addresses = ['256.0.0.1', '1.2.3', '5000', '1.0x7f', '1::2::3', 'fe80::1%eth0', '[127.0.0.1]', '10.0.0.0/8']
  const others = ['https://a', 'a:5000', 'a\n', 'a\0b', 'bücher.test', 'a'.repeat(64), long]
  for (const name of [...broken, ...addresses, ...others]) {
    const message = `start-registry: tls.names: ${JSON.stringify(name)} is neither a host name nor an IP address`
    t.throws(() => make(name), { name: 'TypeError', message }, JSON.stringify(name))
  }
  const longest = `${'a.'.repeat(126)}a`
  for (const name of ['a', 'A.test', '3com.test', 'xn--bcher-kva.test', '1.2.3.a', 'a'.repeat(63), longest]) {
    t.ok(new X509Certificate(make(name).certificate).subjectAltName?.endsWith(`, DNS:${name}`), name)
  }
})

void t.test('an https client that trusts the CA is served, and one that does not is not', async (t) => {
  const { ca, certificate, key } = make()
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end('served'))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  // `::` takes IPv4 as well.
  await new Promise<void>((resolve) => server.listen(0, hasIpv6 ? '::' : '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ask = (host: string, trusted: string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      get({ host, port, agent: false, ...(trusted === undefined ? {} : { ca: trusted }) }, (response) => {
        response.toArray().then((chunks) => resolve(Buffer.concat(chunks as Buffer[]).toString()), reject)
      }).once('error', reject)
    })
  for (const host of tlsHosts) {
    t.equal(await ask(host, ca.certificate), 'served', host)
    await t.rejects(ask(host, undefined), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, host)
    await t.rejects(ask(host, make().ca.certificate), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, host)
  }
})

void t.test('DER: lengths are as short as can be', async (t) => {
  t.equal(hex(octetString()), '0400')
  t.equal(hex(octetString(Buffer.alloc(127)).subarray(0, 3)), '047f00')
  t.equal(hex(octetString(Buffer.alloc(128)).subarray(0, 4)), '04818000')
  t.equal(hex(octetString(Buffer.alloc(255)).subarray(0, 4)), '0481ff00')
  t.equal(hex(octetString(Buffer.alloc(256)).subarray(0, 5)), '0482010000')
  t.equal(hex(octetString(Buffer.alloc(65_536)).subarray(0, 6)), '048301000000')
  t.equal(octetString(Buffer.alloc(256)).length, 260)
  t.equal(hex(der(0x05)), '0500')
})

void t.test('DER: integers are positive', async (t) => {
  const rows: readonly [number | Uint8Array, string][] = [
    [0, '020100'],
    [2, '020102'],
    [127, '02017f'],
    [128, '02020080'],
    [256, '02020100'],
    [Number.MAX_SAFE_INTEGER, '02071fffffffffffff'],
    [Buffer.from('80', 'hex'), '02020080'],
    [Buffer.from('00007f', 'hex'), '02017f'],
    [Buffer.from('0000', 'hex'), '020100'],
    [Buffer.alloc(0), '020100'],
  ]
  for (const [value, written] of rows) t.equal(hex(integer(value)), written)
  for (const value of [-1, 1.5, Number.NaN, 2 ** 53]) t.throws(() => integer(value), { name: 'RangeError' })
})

void t.test('DER: the other kinds of values', async (t) => {
  const [one, two] = [integer(1), integer(2)]
  const rows: readonly [string, Uint8Array, string][] = [
    ['ecdsa-with-SHA256', oid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['the shortest OID', oid('0.0'), '060100'],
    ['an OID under 2 with a large second arc', oid('2.999.3'), '0603883703'],
    ['an arc over 32 bits', oid('1.3.4294967296'), '06062b9080808000'],
    ['bits', bitString(Buffer.from([0x06]), 1), '03020106'],
    ['a single bit', bitString(Buffer.from([0x80]), 7), '03020780'],
    ['no bits', bitString(Buffer.alloc(0)), '030100'],
    ['TRUE', boolean(true), '0101ff'],
    ['FALSE', boolean(false), '010100'],
    ['text', utf8String('é'), '0c02c3a9'],
    ['a sequence keeps its order', sequence(two, one), '3006020102020101'],
    ['a set is sorted', setOf(two, one), '3106020101020102'],
    ['explicit', explicit(3, one, two), 'a306020101020102'],
    ['implicit', implicit(7, Buffer.from([127, 0, 0, 1])), '87047f000001'],
  ]
  for (const [name, bytes, written] of rows) t.equal(hex(bytes), written, name)
  for (const text of ['', '1', '3.1', '1.40', '1.2.', '1.02', '1.-2', '1.2e3', 'a.b', '2.9007199254740991']) {
    t.throws(() => oid(text), { name: 'RangeError', message: `not an object identifier: ${text}` }, text)
  }
  t.throws(() => bitString(Buffer.from([0x01]), 1), { name: 'RangeError' }, 'an unused bit that is set')
  t.throws(() => bitString(Buffer.alloc(0), 1), { name: 'RangeError' }, 'an unused bit of nothing')
  t.throws(() => bitString(Buffer.from([0]), 8), { name: 'RangeError' })
  for (const number of [-1, 31, 0.5]) {
    t.throws(() => explicit(number), { name: 'RangeError' })
    t.throws(() => implicit(number, Buffer.alloc(0)), { name: 'RangeError' })
  }
})

void t.test('DER: UTCTime before 2050, GeneralizedTime from then on', async (t) => {
  const text = (value: string): [tag: number, length: number, text: string] => {
    const bytes = time(new Date(value))
    return [bytes[0] as number, bytes[1] as number, bytes.subarray(2).toString()]
  }
  t.same(text('2026-11-23T21:40:14.999Z'), [0x17, 13, '261123214014Z'])
  t.same(text('1950-01-01T00:00:00Z'), [0x17, 13, '500101000000Z'])
  t.same(text('2049-12-31T23:59:59Z'), [0x17, 13, '491231235959Z'])
  t.same(text('2050-01-01T00:00:00Z'), [0x18, 15, '20500101000000Z'])
  t.same(text('1949-12-31T23:59:59Z'), [0x18, 15, '19491231235959Z'])
  for (const value of ['+010000-01-01T00:00:00Z', '-000001-12-31T23:59:59Z', 'never']) {
    t.throws(() => text(value), { name: 'RangeError' }, value)
  }
})
