import { createPublicKey, verify } from 'node:crypto'
import t from 'tap'
import { parsePublicKey, type PublicKey } from '../../src/cosign/keys/public-key.js'
import { verifyWith } from '../../src/cosign/keys/verify.js'
import { integer, sequence } from '../../src/formats/der.js'
import { CosignError, type Strictness } from '../../src/cosign/verdict.js'
import { readVectors, type Vector, type VectorFile } from '../cosign/wycheproof/vectors.js'

// A dozen seconds of computing, on machines that have other things to do.
t.setTimeout(300_000)

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

// What comes of a vector with the file's hash: the algorithm, or the code.
function ours(key: PublicKey, { message, signature }: Vector, { hash }: VectorFile, strictness: Strictness): string {
  try {
    const options = { strictness, hashes: hash && [hash] }
    return verifyWith(key, bytes(message), bytes(signature), options).algorithm
  } catch (error) {
    if (error instanceof CosignError) return error.code
    throw error
  }
}

function nodes({ spki }: PublicKey, { message, signature }: Vector, { hash, raw }: VectorFile): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  return verify(hash ?? null, bytes(message), key, raw ? derOf(bytes(signature)) : bytes(signature))
}

// OpenSSL wants r and s of the curve's size when they stand side by side, and sigstore does not.
function derOf(raw: Uint8Array): Buffer {
  const half = Math.ceil(raw.length / 2)
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)))
}

const algorithmOf = (key: PublicKey, { hash }: VectorFile): string => {
  if (key.kind === 'RSA') return `rsa-pkcs1v15-${hash}`
  return key.kind === 'Ed25519' ? 'ed25519' : `ecdsa-${key.kind.replace('-', '').toLowerCase()}-${hash}`
}

const files = readVectors()
const each = function* (file: VectorFile): Generator<readonly [PublicKey, Vector]> {
  for (const { spki, vectors } of file.groups) {
    const key = parsePublicKey(bytes(spki))
    for (const vector of vectors) yield [key, vector]
  }
}

void t.test('all vectors are there', async (t) => {
  t.same(
    files.map((file) => `${file.name} ${[...each(file)].length}`),
    [
      'ecdsa_secp256r1_sha256_test 484',
      'ecdsa_secp256r1_sha512_test 554',
      'ecdsa_secp256r1_sha256_p1363_test 262',
      'ecdsa_secp256r1_sha512_p1363_test 332',
      'ecdsa_secp384r1_sha256_test 472',
      'ecdsa_secp384r1_sha384_test 504',
      'ecdsa_secp384r1_sha512_test 542',
      'ecdsa_secp384r1_sha384_p1363_test 280',
      'ecdsa_secp384r1_sha512_p1363_test 318',
      'ecdsa_secp521r1_sha512_test 542',
      'ecdsa_secp521r1_sha512_p1363_test 318',
      'ed25519_test 210',
      'rsa_signature_2048_sha256_test 259',
      'rsa_signature_2048_sha384_test 258',
      'rsa_signature_2048_sha512_test 259',
      'rsa_signature_3072_sha256_test 259',
      'rsa_signature_4096_sha256_test 258',
    ],
  )
})

for (const file of files) {
  void t.test(file.name, async (t) => {
    // Lists instead of an assertion for each, of which thousands would be printed.
    const [wrong, disagreeing]: [string[], string[]] = [[], []]
    for (const [key, vector] of each(file)) {
      const said = ours(key, vector, file, file.raw ? 'cosign' : 'strict')
      const taken = said === algorithmOf(key, file)
      const shown = `${vector.id} ${vector.comment}: ${said}`
      if (taken !== isToBeTaken(vector)) wrong.push(shown)
      if (taken !== (nodes(key, vector, file) && !vector.flags.includes('SmallOrderPublicKey'))) disagreeing.push(shown)
    }
    t.same(wrong, [])
    t.same(disagreeing, [], 'OpenSSL says the same')
  })
}

function isToBeTaken({ result, flags, signature }: Vector): boolean {
  // r and s of any size: sigstore looks at their sum alone.
  if (flags.includes('SignatureSize')) return signature.length <= 2 * 132 && signature.length % 4 === 0
  // Keys that have a part of small order beside their own are taken: Go and OpenSSL do not look for it.
  return result === 'valid' || (result === 'acceptable' && flags.includes('MixedOrderPublicKey'))
}

void t.test('r and s side by side are for cosign alone', async (t) => {
  const codes = new Map<string, number>()
  for (const file of files.filter(({ raw }) => raw)) {
    for (const [key, vector] of each(file)) {
      if (vector.result !== 'valid') continue
      const code = ours(key, vector, file, 'strict')
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
  }
  t.same([...codes], [['SIG_RAW_RS', 1069]])
})
