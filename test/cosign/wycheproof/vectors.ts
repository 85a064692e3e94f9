import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'

/** Where the vectors are kept. */
export const vectorsPath: string = fileURLToPath(
  new URL('../../../../test/cosign/fixtures/wycheproof.json.br', import.meta.url),
)

/** A signature, and whether it is valid: bytes as hex, `acceptable` when that is a matter of taste. */
export interface Vector {
  readonly id: number
  readonly comment: string
  readonly message: string
  readonly signature: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags: readonly string[]
}

/** One of Wycheproof's files. */
export interface VectorFile {
  readonly name: string
  /** The hash by node:crypto's name; none for Ed25519. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined
  /** Of ECDSA, whether signatures are r || s instead of DER. */
  readonly raw: boolean
  readonly groups: readonly { readonly spki: string; readonly vectors: readonly Vector[] }[]
}

/** All files, as `write.ts` has put them together. */
export const readVectors = (): readonly VectorFile[] =>
  JSON.parse(brotliDecompressSync(readFileSync(vectorsPath)).toString()) as VectorFile[]
