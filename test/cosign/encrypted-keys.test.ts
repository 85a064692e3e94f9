import t from 'tap'
import { readPem, writePem } from '../../src/formats/pem.js'
import { generateKeyPair, readPrivateKey, signWith, writePrivateKey } from '../../src/cosign/keys/private-key.js'
import { parsePublicKey } from '../../src/cosign/keys/public-key.js'
import { verifyWith } from '../../src/cosign/keys/verify.js'
import { CosignError } from '../../src/cosign/verdict.js'
import { goldenKey } from './keys/fixtures.js'
import { versions } from './keys/real-cosign.js'

interface Box {
  kdf: { name: string; params: Record<string, unknown>; salt: string }
  cipher: { name: string; nonce: string }
  ciphertext: string
}

const boxOf = (pem: string): Box => JSON.parse(Buffer.from(readPem(pem)[0]?.der ?? []).toString()) as Box

function refusal(pem: string, password = 'test'): { readonly code: string; readonly message: string } {
  try {
    readPrivateKey(pem, password)
  } catch (error) {
    if (error instanceof CosignError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('this was not refused')
}

void t.test('keys of every cosign are read, and sign as they did', async (t) => {
  for (const version of versions) {
    const { key, pub, password, blob, signature } = goldenKey(version)
    const read = readPrivateKey(key, password)
    t.same(read.publicKey, parsePublicKey(pub))
    t.same(verifyWith(read.publicKey, blob, signature, { strictness: 'strict' }), { algorithm: 'ecdsa-p256-sha256' })
    t.same(verifyWith(read.publicKey, blob, signWith(read, blob), { strictness: 'strict' }), {
      algorithm: 'ecdsa-p256-sha256',
    })
    t.same(refusal(key, 'Test'), { code: 'KEY_PASSWORD', message: 'the password is wrong, or the key is damaged' })
  }
})

void t.test('what is written has the label, the cost and the sizes of cosign', async (t) => {
  const { privateKey } = generateKeyPair()
  for (const [version, label, n] of [
    ['1.0.0', 'COSIGN', 32768],
    ['3.1.3', 'SIGSTORE', 65536],
  ] as const) {
    const [ours, theirs] = [writePrivateKey(privateKey, 'test', { label, n }), goldenKey(version).key]
    const shape = (pem: string): unknown => {
      const { kdf, cipher, ciphertext } = boxOf(pem)
      const sizes = [kdf.salt, cipher.nonce, ciphertext].map((text) => text.length)
      return [pem.length, readPem(pem)[0]?.label, kdf.name, kdf.params, cipher.name, sizes]
    }
    t.same(shape(ours), shape(theirs))
  }
  t.equal(writePrivateKey(privateKey, 'test').split('\n')[0], '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----')
})

void t.test('both labels, each cost, every kind and every password come back', async (t) => {
  for (const [kind, label, n, password] of [
    ['P-256', 'COSIGN', 65536, ''],
    ['P-384', 'COSIGN', 131072, 'é😀'],
    ['P-521', 'SIGSTORE', 32768, ' '],
    ['RSA', 'SIGSTORE', 32768, 'x'.repeat(100)],
    ['Ed25519', 'COSIGN', 32768, 'test'],
  ] as const) {
    const { privateKey } = generateKeyPair(kind)
    const read = readPrivateKey(writePrivateKey(privateKey, password, { label, n }), password)
    t.equal(read.kind, kind)
    t.same(read.pkcs8, privateKey.pkcs8)
  }
})

void t.test('each thing that is wrong has its own error, before anything is derived', async (t) => {
  const pem = writePrivateKey(generateKeyPair().privateKey, 'test', { n: 32768 })
  const changed = (change: (box: Box) => void): string => {
    const box = boxOf(pem)
    change(box)
    return writePem('ENCRYPTED COSIGN PRIVATE KEY', Buffer.from(JSON.stringify(box)))
  }
  const params = (change: Record<string, unknown>): string =>
    changed(({ kdf }) => void Object.assign(kdf.params, change))
  const json = (text: string): string => writePem('ENCRYPTED COSIGN PRIVATE KEY', Buffer.from(text))
  const supported = 'supported are N 32768 or 65536 or 131072, r 8, p 1'
  const sizes = 'the key has a salt, nonce or ciphertext of a wrong size'
  const cases: readonly (readonly [string, string, string])[] = [
    [
      pem.replaceAll('SIGSTORE', 'OTHER'),
      'KEY_LABEL',
      'the PEM label should be ENCRYPTED COSIGN PRIVATE KEY or ENCRYPTED SIGSTORE PRIVATE KEY, and is ENCRYPTED OTHER PRIVATE KEY',
    ],
    ['', 'KEY_PARSE', 'a private key is one PEM block, and there is no block'],
    [pem + pem, 'KEY_PARSE', 'a private key is one PEM block, and there is more than one block'],
    [
      changed(({ kdf }) => (kdf.name = 'argon2')),
      'KEY_KDF',
      'the key\'s key derivation should be "scrypt", and is "argon2"',
    ],
    [json('{"cipher":{}}'), 'KEY_KDF', 'the key\'s key derivation should be "scrypt", and is none'],
    [
      changed(({ cipher }) => (cipher.name = 'aes')),
      'KEY_CIPHER',
      'the key\'s cipher should be "nacl/secretbox", and is "aes"',
    ],
    [params({ N: 16384 }), 'KEY_PARAMETERS', `unsupported scrypt parameters: N 16384, r 8, p 1; ${supported}`],
    [
      params({ N: 2 ** 40 }),
      'KEY_PARAMETERS',
      `unsupported scrypt parameters: N 1099511627776, r 8, p 1; ${supported}`,
    ],
    [params({ r: 16 }), 'KEY_PARAMETERS', `unsupported scrypt parameters: N 32768, r 16, p 1; ${supported}`],
    [params({ p: 2 }), 'KEY_PARAMETERS', `unsupported scrypt parameters: N 32768, r 8, p 2; ${supported}`],
    [params({ N: '32768' }), 'KEY_PARAMETERS', `unsupported scrypt parameters: N missing, r 8, p 1; ${supported}`],
    [changed(({ cipher }) => (cipher.nonce = 'AAAA')), 'KEY_PARSE', sizes],
    [changed(({ kdf }) => (kdf.salt = 'AAAA')), 'KEY_PARSE', sizes],
    [changed((box) => (box.ciphertext = 'A'.repeat(20))), 'KEY_PARSE', sizes],
    [
      changed((box) => (box.ciphertext = '*')),
      'KEY_PARSE',
      'the private key of cosign cannot be read: this is not base64 as RFC 4648 §4 writes it, at byte 0',
    ],
    [json('{"kdf":{"name":"scrypt","Name":"x"}}'), 'KEY_PARSE', 'the key has a member twice'],
    [
      json('{"kdf"'),
      'KEY_PARSE',
      'the private key of cosign cannot be read: JSON should have a colon, and JSON ends, at byte 6',
    ],
    [
      json(`"${'x'.repeat(40_000)}"`),
      'KEY_PARSE',
      'the private key of cosign cannot be read: JSON of more than 32768 bytes is not read, at byte 32768',
    ],
  ]
  const begun = process.cpuUsage()
  for (const [key, code, message] of cases) t.same(refusal(key), { code, message })
  // Deriving once costs more.
  t.ok(process.cpuUsage(begun).user < 100_000)
  const damaged = changed((box) => (box.ciphertext = `AAAA${box.ciphertext.slice(4)}`))
  t.equal(refusal(damaged).code, 'KEY_PASSWORD')
})
