import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import t from 'tap'
import { bitString, integer, oid, sequence } from '../../src/formats/der.js'
import { writePem } from '../../src/formats/pem.js'
import { curves, type CurveName } from '../../src/cosign/keys/curves.js'
import { signEd25519, verifyEd25519 } from '../../src/cosign/keys/ed25519.js'
import { generateKeyPair, importPrivateKey, signWith } from '../../src/cosign/keys/private-key.js'
import { parsePublicKey, type KeyKind, type PublicKey } from '../../src/cosign/keys/public-key.js'
import { verifyWith } from '../../src/cosign/keys/verify.js'
import { CosignError, type Strictness } from '../../src/cosign/verdict.js'
import { rsaPem } from './fuzz/rsa-key.js'

const kinds: readonly KeyKind[] = ['P-256', 'P-384', 'P-521', 'RSA', 'Ed25519']
const message = Buffer.from('what is signed\n')

/** The refusal that something ends in. */
function refusal(run: () => unknown): { readonly code: string; readonly message: string } {
  try {
    run()
  } catch (error) {
    if (error instanceof CosignError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('this was not refused')
}

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const verifyBy = (key: PublicKey, signature: Uint8Array, strictness: Strictness = 'strict'): string =>
  verifyWith(key, message, signature, { strictness }).algorithm

void t.test('the curves are those that @noble/curves has by the same names', async (t) => {
  for (const [name, nobles] of Object.entries({ 'P-256': p256, 'P-384': p384, 'P-521': p521 })) {
    const { ecdsa, order } = curves[name as CurveName]
    t.same(ecdsa.Point.CURVE(), nobles.Point.CURVE(), name)
    t.equal(order, nobles.Point.Fn.ORDER)
  }
})

void t.test('public keys of every kind are read from PEM and DER', async (t) => {
  const bits = { 'P-256': 256, 'P-384': 384, 'P-521': 521, RSA: 2048, Ed25519: 255 }
  for (const kind of kinds) {
    const { publicKey, publicPem } = generateKeyPair(kind)
    t.equal(publicPem, createPublicKey(publicPem).export({ type: 'spki', format: 'pem' }), 'as OpenSSL writes it')
    for (const key of [publicPem, Buffer.from(publicPem), publicKey.spki]) {
      t.same(parsePublicKey(key), {
        kind,
        bits: bits[kind],
        spki: publicKey.spki,
        raw: publicKey.raw,
        hint: createHash('sha256').update(publicKey.spki).digest('base64'),
      })
    }
  }
  const { publicKey } = generateKeyPair('RSA')
  t.same(parsePublicKey(writePem('RSA PUBLIC KEY', publicKey.raw)), publicKey)
})

void t.test('public keys that cosign would not take are refused', async (t) => {
  const unsupported = {
    'a key on the curve 1.3.132.0.10 is not supported': generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
    'an RSA key of 1024 bits is not supported: 2048 to 8192 are': generateKeyPairSync('rsa', { modulusLength: 1024 }),
    'a key of the algorithm 1.3.101.113 is not supported': generateKeyPairSync('ed448'),
    'a key of the algorithm 1.2.840.113549.1.1.10 is not supported': generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
    }),
  }
  for (const [message, { publicKey }] of Object.entries(unsupported)) {
    t.same(
      refusal(() => parsePublicKey(spkiOf(publicKey))),
      { code: 'KEY_TYPE_UNSUPPORTED', message },
    )
  }
  t.same(
    refusal(() => parsePublicKey(writePem('CERTIFICATE', Buffer.from('x')))),
    {
      code: 'KEY_LABEL',
      message: 'a public key has the PEM label PUBLIC KEY or RSA PUBLIC KEY, and this has CERTIFICATE',
    },
  )
})

void t.test('what is not one public key is refused', async (t) => {
  const { publicKey, publicPem } = generateKeyPair()
  const { spki } = publicKey
  const altered = Buffer.from(spki)
  altered.writeUInt8((altered.at(-1) as number) ^ 1, altered.length - 1)
  const [curve, ed25519, rsa] = [oid(curves['P-256'].oid), oid('1.3.101.112'), oid('1.2.840.113549.1.1.1')]
  const ec = oid('1.2.840.10045.2.1')
  const compressed = Buffer.concat([Buffer.from([2]), publicKey.raw.subarray(1, 33)])
  const modulus = Buffer.from(generateKeyPair('RSA').publicKey.raw).subarray(8, 265)
  const spkiOfRsa = (n: Uint8Array, e: number): Buffer =>
    sequence(sequence(rsa, Buffer.from([5, 0])), bitString(sequence(integer(n), integer(e))))
  const cases: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
    'a public key is one PEM block, and there is no block': ['', 'nothing', Buffer.from('nothing')],
    'a public key is one PEM block, and there is more than one block': [publicPem + publicPem],
    'the public key cannot be read: the PEM block PUBLIC KEY does not end as it began, at byte 26': [
      publicPem.slice(0, 90),
    ],
    'the public key cannot be read: there are bytes after the DER value, at byte 91': [
      Buffer.concat([spki, Buffer.from([0])]),
      writePem('PUBLIC KEY', Buffer.concat([spki, Buffer.from([0])])),
    ],
    'the public key cannot be read: DER ends too soon, at byte 1': [Buffer.from([0x30])],
    'this is not an uncompressed point on the curve P-256': [
      altered,
      sequence(sequence(ec, curve), bitString(compressed)),
      sequence(sequence(ec, curve), bitString(Buffer.from([0]))),
      sequence(sequence(ec, curve), bitString(Buffer.alloc(65, 4))),
    ],
    'the public key cannot be read: an object identifier should have the tag 0x6, and there is nothing, at byte 0': [
      sequence(sequence(ec), bitString(publicKey.raw)),
    ],
    'the public key cannot be read: a bit string is not of whole bytes, at byte 23': [
      sequence(sequence(ec, curve), bitString(Buffer.from([4, 0]), 1)),
    ],
    'the public key cannot be read: a SubjectPublicKeyInfo has too many values, at byte 0': [
      sequence(sequence(ec, curve), bitString(publicKey.raw), integer(1)),
      sequence(sequence(ec, curve, integer(1)), bitString(publicKey.raw)),
    ],
    'the public key cannot be read: an Ed25519 key has parameters, at byte 9': [
      sequence(sequence(ed25519, Buffer.from([5, 0])), bitString(Buffer.alloc(32))),
    ],
    'this is not a key of Ed25519': [
      sequence(sequence(ed25519), bitString(Buffer.alloc(31))),
      sequence(sequence(ed25519), bitString(Buffer.alloc(32, 0xff))),
    ],
    'this is not a key of RSA': [
      spkiOfRsa(modulus, 1),
      spkiOfRsa(modulus, 4),
      spkiOfRsa(modulus, 2 ** 31 + 1),
      spkiOfRsa(Buffer.concat([modulus.subarray(0, -1), Buffer.from([2])]), 65537),
    ],
    'the public key cannot be read: a value should have the tag 0x5, and there is nothing, at byte 0': [
      sequence(sequence(rsa), bitString(sequence(integer(modulus), integer(65537)))),
    ],
  }
  for (const [message, keys] of Object.entries(cases)) {
    for (const key of keys)
      t.same(
        refusal(() => parsePublicKey(key)),
        { code: 'KEY_PARSE', message },
      )
  }
  t.equal(parsePublicKey(spkiOfRsa(modulus, 3)).kind, 'RSA')
})

void t.test('what is signed as cosign signs is verified, and says how', async (t) => {
  const algorithms = {
    'P-256': 'ecdsa-p256-sha256',
    'P-384': 'ecdsa-p384-sha384',
    'P-521': 'ecdsa-p521-sha512',
    RSA: 'rsa-pkcs1v15-sha256',
    Ed25519: 'ed25519ph',
  }
  for (const kind of kinds) {
    const { privateKey, publicKey } = generateKeyPair(kind)
    const signature = signWith(privateKey, message)
    t.equal(verifyBy(publicKey, signature), algorithms[kind])
    t.equal(verifyBy(publicKey, signature, 'cosign'), algorithms[kind])
    const other = generateKeyPair(kind).publicKey
    t.equal(refusal(() => verifyBy(other, signature)).code, 'SIG_INVALID', 'another key')
    const changed = (): unknown => verifyWith(publicKey, Buffer.from('x'), signature, { strictness: 'cosign' })
    t.equal(refusal(changed).code, 'SIG_INVALID', 'another message')
  }
})

void t.test('what older versions sign is verified, and says how', async (t) => {
  for (const [kind, options, algorithm] of [
    ['P-384', { hash: 'sha256' }, 'ecdsa-p384-sha256'],
    ['P-521', { hash: 'sha256' }, 'ecdsa-p521-sha256'],
    ['RSA', { hash: 'sha384' }, 'rsa-pkcs1v15-sha384'],
    ['RSA', { hash: 'sha512' }, 'rsa-pkcs1v15-sha512'],
    ['Ed25519', { edwards: 'ed25519' }, 'ed25519'],
  ] as const) {
    const { privateKey, publicKey } = generateKeyPair(kind)
    t.equal(verifyBy(publicKey, signWith(privateKey, message, options)), algorithm)
  }
})

void t.test('a hash that is not taken is told from a wrong key', async (t) => {
  for (const [kind, hash, told] of [
    ['P-256', 'sha512', 'the signature is ecdsa-p256-sha512, and should be ecdsa-p256-sha256'],
    ['P-384', 'sha512', 'the signature is ecdsa-p384-sha512, and should be ecdsa-p384-sha384, ecdsa-p384-sha256'],
    ['P-521', 'sha384', 'the signature is ecdsa-p521-sha384, and should be ecdsa-p521-sha512, ecdsa-p521-sha256'],
  ] as const) {
    const { privateKey, publicKey } = generateKeyPair(kind)
    const signature = signWith(privateKey, message, { hash })
    t.same(
      refusal(() => verifyBy(publicKey, signature, 'cosign')),
      { code: 'HASH_ALG_MISMATCH', message: told },
    )
    const named = verifyWith(publicKey, message, signature, { strictness: 'strict', hashes: [hash] })
    t.equal(named.algorithm, `ecdsa-${kind.toLowerCase().replace('-', '')}-${hash}`, 'unless it is asked for')
  }
  const { privateKey, publicKey } = generateKeyPair('RSA')
  const signature = signWith(privateKey, message, { hash: 'sha512' })
  const only256 = (): unknown => verifyWith(publicKey, message, signature, { strictness: 'strict', hashes: ['sha256'] })
  t.equal(refusal(only256).code, 'HASH_ALG_MISMATCH')
})

// An ECDSA signature that has a high and a low s: the key is the one of RFC 6979 §A.2.5, the message its "sample".
const sample = {
  x: '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
  y: '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  r: 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
  s: 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
}
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const rfcKey = parsePublicKey(
  sequence(sequence(oid('1.2.840.10045.2.1'), oid(curves['P-256'].oid)), bitString(bytes(`04${sample.x}${sample.y}`))),
)
const order = curves['P-256'].order
const big = (value: bigint, size = 32): Buffer => bytes(value.toString(16).padStart(2 * size, '0'))
const [r, s] = [BigInt(`0x${sample.r}`), BigInt(`0x${sample.s}`)]
const derOf = (r: bigint, s: bigint): Buffer => sequence(integer(big(r, 33)), integer(big(s, 33)))
const verifySample = (signature: Uint8Array, strictness: Strictness): string =>
  verifyWith(rfcKey, Buffer.from('sample'), signature, { strictness }).algorithm

void t.test('a high s is as good as a low one, and both are of an RFC', async (t) => {
  t.ok(s > order / 2n)
  for (const strictness of ['strict', 'cosign'] as const) {
    t.equal(verifySample(derOf(r, s), strictness), 'ecdsa-p256-sha256')
    t.equal(verifySample(derOf(r, order - s), strictness), 'ecdsa-p256-sha256')
  }
})

void t.test('a signature without chance is the one of RFC 6979', async (t) => {
  const [d = '', x = '', y = ''] = [
    'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
    sample.x,
    sample.y,
  ].map((hex) => bytes(hex).toString('base64url'))
  const key = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' })
  const privateKey = importPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  t.same(Buffer.from(signWith(privateKey, Buffer.from('sample'), { nonce: 'rfc6979' })), derOf(r, s))
  t.notSame(Buffer.from(signWith(privateKey, Buffer.from('sample'))), derOf(r, s))
})

void t.test('r and s are between 1 and the order', async (t) => {
  for (const [r1, s1] of [
    [0n, s],
    [r, 0n],
    [order, s],
    [r, order],
    [r + order, s],
  ] as const) {
    const refused = refusal(() => verifySample(derOf(r1, s1), 'cosign'))
    t.same(refused, {
      code: 'SIG_INVALID',
      message: "the signature's r or s is not between 1 and the order of P-256",
    })
  }
  const negative = sequence(Buffer.from([0x02, 0x01, 0xff]), integer(big(s)))
  t.equal(refusal(() => verifySample(negative, 'cosign')).code, 'SIG_INVALID')
})

void t.test('DER is strict', async (t) => {
  const good = derOf(r, s)
  const rest = good.subarray(2)
  const cases: Readonly<Record<string, Buffer>> = {
    'a byte after it': Buffer.concat([good, Buffer.from([0])]),
    'a third number': sequence(integer(big(r)), integer(big(s)), integer(1)),
    'a long length': Buffer.concat([Buffer.from([0x30, 0x81, rest.length]), rest]),
    'an indefinite length': Buffer.concat([Buffer.from([0x30, 0x80]), rest, Buffer.alloc(2)]),
    'a zero too many': Buffer.concat([Buffer.from([0x30, rest.length + 1, 0x02, 0x22, 0]), rest.subarray(2)]),
    'one number': sequence(integer(big(r))),
    'cut off': good.subarray(0, -1),
    empty: Buffer.alloc(0),
  }
  for (const [name, signature] of Object.entries(cases)) {
    t.equal(refusal(() => verifySample(signature, 'strict')).code, 'SIG_DER', name)
    // Even lengths that do not begin with DER are numbers to cosign.
    t.match(refusal(() => verifySample(signature, 'cosign')).code, /^(?:SIG_DER|SIG_INVALID)$/, name)
  }
})

void t.test('r and s side by side are taken as cosign takes them, and not strictly', async (t) => {
  const raw = Buffer.concat([big(r), big(s)])
  t.same(
    refusal(() => verifySample(raw, 'strict')),
    {
      code: 'SIG_RAW_RS',
      message: 'the signature is r and s side by side, and should be DER',
    },
  )
  t.equal(verifySample(raw, 'cosign'), 'ecdsa-p256-sha256')
  const wide = (size: number): Buffer => Buffer.concat([Buffer.alloc(size), big(r), Buffer.alloc(size), big(s)])
  t.equal(verifySample(wide(34), 'cosign'), 'ecdsa-p256-sha256', '132 bytes')
  t.equal(refusal(() => verifySample(wide(35), 'cosign')).code, 'SIG_DER', '134 bytes')
  t.equal(refusal(() => verifySample(raw.subarray(1), 'cosign')).code, 'SIG_DER', 'an odd number of bytes')
  const [{ privateKey, publicKey }] = [generateKeyPair('P-521')]
  const p1363 = sign('sha512', message, { key: privateKey.keyObject, dsaEncoding: 'ieee-p1363' })
  t.equal(verifyBy(publicKey, p1363, 'cosign'), 'ecdsa-p521-sha512')
  t.equal(refusal(() => verifyBy(publicKey, p1363)).code, 'SIG_RAW_RS')
})

void t.test('Ed25519ph is that of RFC 8032, and Ed25519 that of node', async (t) => {
  const abc = Buffer.from('abc')
  // RFC 8032 §7.3.
  const seed = bytes('833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42')
  const signature = bytes(
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41' +
      '31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
  )
  t.same(Buffer.from(signEd25519('ed25519ph', seed, abc)), signature)
  t.ok(
    verifyEd25519(
      'ed25519ph',
      bytes('ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf'),
      abc,
      signature,
    ),
  )
  const { privateKey, publicKey: own } = generateKeyPair('Ed25519')
  const pure = signWith(privateKey, abc, { edwards: 'ed25519' })
  t.ok(verify(null, abc, createPublicKey(privateKey.keyObject), pure))
  t.ok(verifyEd25519('ed25519', own.raw, abc, pure))
  t.notOk(verifyEd25519('ed25519ph', own.raw, abc, pure))
  t.notOk(verifyEd25519('ed25519ph', own.raw, abc, signWith(privateKey, abc).subarray(1)))
})

void t.test('a key of small order verifies everything, so strictly it verifies nothing', async (t) => {
  const identity = Buffer.from([1, ...Buffer.alloc(31)])
  const key = parsePublicKey(sequence(sequence(oid('1.3.101.112')), bitString(identity)))
  const forged = Buffer.concat([identity, Buffer.alloc(32)])
  t.equal(verifyBy(key, forged, 'cosign'), 'ed25519ph')
  t.same(
    refusal(() => verifyBy(key, forged)),
    {
      code: 'KEY_TYPE_UNSUPPORTED',
      message: 'the key is a point of small order, with which anybody can sign',
    },
  )
})

void t.test('private keys are imported from what cosign imports', async (t) => {
  for (const kind of kinds) {
    const { privateKey } = generateKeyPair(kind)
    const { keyObject } = privateKey
    const types = kind === 'Ed25519' ? (['pkcs8'] as const) : (['pkcs8', kind === 'RSA' ? 'pkcs1' : 'sec1'] as const)
    for (const type of types) {
      const imported = importPrivateKey(keyObject.export({ format: 'pem', type }).toString())
      t.equal(imported.kind, kind)
      t.same(imported.pkcs8, privateKey.pkcs8)
      t.same(imported.publicKey, privateKey.publicKey)
    }
  }
  t.equal(importPrivateKey(rsaPem).publicKey.bits, 2048)
})

void t.test('private keys that do not fit are refused', async (t) => {
  const [one, two] = [generateKeyPair().privateKey, generateKeyPair().privateKey]
  const mixed = Buffer.concat([one.pkcs8.subarray(0, -65), two.pkcs8.subarray(-65)])
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
  const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const encrypted = one.keyObject.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
  const cases: readonly (readonly [string, string, string])[] = [
    [writePem('PRIVATE KEY', mixed), 'KEY_PARSE', 'the halves of the private key do not fit each other'],
    [pem(small), 'KEY_TYPE_UNSUPPORTED', 'an RSA key of 1024 bits is not supported: 2048 to 8192 are'],
    [pem(other), 'KEY_TYPE_UNSUPPORTED', 'a key on the curve 1.3.132.0.10 is not supported'],
    [encrypted.toString(), 'KEY_CIPHER', 'a key that OpenSSL has encrypted in its old way is not read'],
    [
      generateKeyPair().publicPem,
      'KEY_LABEL',
      'the PEM label should be PRIVATE KEY or EC PRIVATE KEY or RSA PRIVATE KEY, and is PUBLIC KEY',
    ],
    ['', 'KEY_PARSE', 'a private key is one PEM block, and there is no block'],
    [
      writePem('PRIVATE KEY', Buffer.concat([one.pkcs8, Buffer.from([0])])),
      'KEY_PARSE',
      'the private key cannot be read: there are bytes after the DER value, at byte 138',
    ],
    [
      writePem('EC PRIVATE KEY', one.pkcs8),
      'KEY_PARSE',
      'the private key cannot be read: what makes a key SEC1 should have the tag 0x4, and there is 0x30, at byte 6',
    ],
    [
      writePem('PRIVATE KEY', sequence(integer(0), sequence())),
      'KEY_PARSE',
      'this is not a private key that OpenSSL can read',
    ],
  ]
  for (const [pem, code, message] of cases)
    t.same(
      refusal(() => importPrivateKey(pem)),
      { code, message },
    )
})
