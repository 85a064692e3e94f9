import { randomBytes, scryptSync } from 'node:crypto'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { decodeBase64 } from '../../formats/base64.js'
import { duplicatesIn, JsonNumber, memberOf, parseJson, type JsonValue } from '../../formats/json.js'
import { CosignError } from '../verdict.js'

/** scrypt's cost that cosign knows (r is 8, p is 1): until 2.1, from 2.2 on, and one that it only reads. */
export type ScryptN = 32768 | 65536 | 131072

const costs: readonly ScryptN[] = [32768, 65536, 131072]
const [r, p] = [8, 1]
const [saltSize, nonceSize, keySize, tagSize] = [32, 24, 32, 16]
// An RSA key of 8192 bits is less than 5 KiB.
const mostBytes = 16 * 1024

/**
 * Encrypts as cosign's private keys are: scrypt, then NaCl's secretbox, and JSON around it (go-securesystemslib's
 * `encrypted`). Deriving takes a quarter of a second for each 32768 of `n`.
 */
export function sealBox(content: Uint8Array, password: string, n: ScryptN): Uint8Array {
  const [salt, nonce] = [randomBytes(saltSize), randomBytes(nonceSize)]
  const ciphertext = Buffer.from(xsalsa20poly1305(derive(password, salt, n), nonce).encrypt(content))
  return Buffer.from(
    JSON.stringify({
      kdf: { name: 'scrypt', params: { N: n, r, p }, salt: salt.toString('base64') },
      cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
      ciphertext: ciphertext.toString('base64'),
    }),
  )
}

/**
 * Decrypts what `sealBox` or cosign has encrypted. Everything is checked before anything is derived.
 * @throws FormatError for what is not such JSON; CosignError KEY_KDF, KEY_CIPHER, KEY_PARAMETERS for what is not supported,
 * KEY_PARSE for sizes that are wrong, KEY_PASSWORD when it does not open.
 */
export function openBox(json: Uint8Array, password: string): Uint8Array {
  const box = parseJson(json, { size: 2 * mostBytes, depth: 4, count: 32 })
  if (duplicatesIn(box, 'go').length > 0) throw new CosignError('KEY_PARSE', 'the key has a member twice')
  const [kdf, cipher] = [memberOf(box, 'kdf'), memberOf(box, 'cipher')]
  demandName(kdf, 'scrypt', 'KEY_KDF', 'key derivation')
  demandName(cipher, 'nacl/secretbox', 'KEY_CIPHER', 'cipher')
  const n = costOf(memberOf(kdf, 'params'))
  const salt = bytesOf(kdf, 'salt')
  const nonce = bytesOf(cipher, 'nonce')
  const ciphertext = bytesOf(box, 'ciphertext')
  if (salt.length !== saltSize || nonce.length !== nonceSize || ciphertext.length <= tagSize) {
    throw new CosignError('KEY_PARSE', 'the key has a salt, nonce or ciphertext of a wrong size')
  }
  const secretbox = xsalsa20poly1305(derive(password, salt, n), nonce)
  try {
    return secretbox.decrypt(ciphertext)
  } catch {
    throw new CosignError('KEY_PASSWORD', 'the password is wrong, or the key is damaged')
  }
}

function demandName(value: JsonValue | undefined, name: string, code: 'KEY_KDF' | 'KEY_CIPHER', what: string): void {
  const found = memberOf(value, 'name')
  if (found === name) return
  const shown = typeof found === 'string' ? JSON.stringify(found.slice(0, 40)) : 'none'
  throw new CosignError(code, `the key's ${what} should be "${name}", and is ${shown}`)
}

function costOf(params: JsonValue | undefined): ScryptN {
  // As text, for Go takes no 65536.0 for a whole number.
  const [n, ...others] = ['N', 'r', 'p'].map((name) => {
    const value = memberOf(params, name)
    return value instanceof JsonNumber ? value.text.slice(0, 40) : 'missing'
  })
  const cost = costs.find((one) => String(one) === n)
  if (cost && others[0] === String(r) && others[1] === String(p)) return cost
  const found = `N ${n}, r ${others[0]}, p ${others[1]}`
  const wanted = `N ${costs.join(' or ')}, r ${r}, p ${p}`
  throw new CosignError('KEY_PARAMETERS', `unsupported scrypt parameters: ${found}; supported are ${wanted}`)
}

function bytesOf(value: JsonValue | undefined, name: string): Uint8Array {
  const text = memberOf(value, name)
  if (typeof text !== 'string') throw new CosignError('KEY_PARSE', `the key has no text ${name}`)
  return decodeBase64(text, 'go')
}

const derive = (password: string, salt: Uint8Array, n: ScryptN): Uint8Array =>
  scryptSync(password, salt, keySize, { N: n, r, p, maxmem: 2 * 128 * n * r })
