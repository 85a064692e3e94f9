import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { readPem, writePem } from '../../../src/formats/pem.js'
import {
  importPrivateKey,
  readPrivateKey,
  signWith,
  writePrivateKey,
  type SigningKey,
} from '../../../src/cosign/keys/private-key.js'
import { parsePublicKey, type KeyKind, type PublicKey } from '../../../src/cosign/keys/public-key.js'
import { verifyWith } from '../../../src/cosign/keys/verify.js'
import type { Strictness } from '../../../src/cosign/verdict.js'
import { mutate } from './mutate.js'
import type { FuzzTarget } from './play.js'
import { Random } from './random.js'
import { orRefused } from './refused.js'
import { seededKey, seededSignature } from './seeded-keys.js'

const kinds: readonly KeyKind[] = ['P-256', 'P-384', 'P-521', 'RSA', 'Ed25519']
const keys = kinds.map((kind) => seededKey(kind, new Random(1)))

/** Public keys: those that are taken OpenSSL takes too, and understands in the same way. */
export const publicKey: FuzzTarget = {
  name: 'public-key',
  run(random) {
    const { publicKey } = random.pick(keys)
    const input = random.below(4)
      ? mutate(random, publicKey.spki)
      : mutate(random, Buffer.from(writePem('PUBLIC KEY', publicKey.spki))).toString()
    const parsed = orRefused(() => parsePublicKey(input))
    if (!parsed) return
    const spki = Buffer.from(parsed.value.spki)
    assert.deepEqual(
      createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'der' }),
      spki,
    )
  },
}

/** Private keys that are not encrypted: those that are taken sign so that their public key verifies. */
export const privateKey: FuzzTarget = {
  name: 'private-key',
  run(random) {
    const pem = random.pick(plainPems)
    const input = random.below(4) ? remade(random, pem) : mutate(random, Buffer.from(pem)).toString()
    const parsed = orRefused(() => importPrivateKey(input))
    if (!parsed) return
    verifyWith(parsed.value.publicKey, message, signWith(parsed.value, message), { strictness: 'strict' })
  },
}

const message = Buffer.from('a message')

const plainPems = keys.flatMap(({ kind, pkcs8, keyObject }) => {
  const pem = writePem('PRIVATE KEY', pkcs8)
  if (kind === 'Ed25519') return [pem]
  return [pem, keyObject.export({ format: 'pem', type: kind === 'RSA' ? 'pkcs1' : 'sec1' }).toString()]
})

function remade(random: Random, pem: string): string {
  const [block] = readPem(pem)
  assert.ok(block)
  return writePem(block.label, mutate(random, block.der))
}

const encryptedPem = writePrivateKey(keys[0] as SigningKey, 'test', { n: 32768 })

/** Encrypted private keys: refused, or the key that it was. Those that come as far as scrypt take its time. */
export const encryptedKey: FuzzTarget = {
  name: 'encrypted-key',
  weight: 0.002,
  longest: 1000,
  run(random) {
    const read = orRefused(() => readPrivateKey(remade(random, encryptedPem), 'test'))
    if (read) assert.deepEqual(read.value.pkcs8, keys[0]?.pkcs8)
  },
}

const nodeHash = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512', RSA: 'sha256' } as const

// With the hash that was signed with, since ours tries others too.
function nodeVerifies(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const keyObject = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
  return verify(key.kind === 'Ed25519' ? null : nodeHash[key.kind], message, keyObject, signature)
}

const verifies = (key: PublicKey, message: Uint8Array, signature: Uint8Array, strictness: Strictness): boolean =>
  orRefused(() => verifyWith(key, message, signature, { strictness })) !== undefined

const signed = keys.map((key) => [key.publicKey, seededSignature(key, message)] as const)

/** Mutated signatures: strictly, those that OpenSSL takes are taken, and no other. */
export const signature: FuzzTarget = {
  name: 'signature',
  run(random) {
    const [publicKey, signature] = random.pick(signed)
    const mutated = mutate(random, signature)
    const ours = verifies(publicKey, message, mutated, 'strict')
    assert.equal(ours, nodeVerifies(publicKey, message, mutated))
    if (ours) assert.ok(verifies(publicKey, message, mutated, 'cosign'), 'what is strictly valid is valid for cosign')
  },
}

/** Keys and messages of each case's own, valid signatures and not: @noble/curves and OpenSSL agree. */
export const agreement: FuzzTarget = {
  name: 'agreement',
  weight: 0.1,
  run(random) {
    const key = seededKey(random.pick(['P-256', 'P-256', 'P-256', 'P-384', 'P-521', 'Ed25519'] as const), random)
    const content = random.bytes(1 + random.below(300))
    const signature = seededSignature(key, content)
    if (random.below(2)) replaceOneByte(random, random.pick([signature, content]))
    const expected = nodeVerifies(key.publicKey, content, signature)
    assert.equal(verifies(key.publicKey, content, signature, 'strict'), expected)
  },
}

const replaceOneByte = (random: Random, bytes: Buffer): void =>
  void bytes.writeUInt8(random.below(256), random.below(bytes.length))
