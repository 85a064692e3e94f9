import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { password, type Version } from './real-cosign.js'

/** Where the keys are that real versions of cosign made; `write.ts` makes them again. */
export const keysFolder: string = fileURLToPath(new URL('../../../../test/cosign/fixtures/keys', import.meta.url))

/** A key pair of a version of cosign, and a file that it signed. */
export interface GoldenKey {
  readonly key: string
  readonly pub: string
  readonly password: string
  readonly blob: Buffer
  readonly signature: Buffer
}

export function goldenKey(version: Version): GoldenKey {
  const read = (name: string): Buffer => readFileSync(join(keysFolder, version, name))
  return {
    key: read('cosign.key').toString(),
    pub: read('cosign.pub').toString(),
    password,
    blob: read('blob'),
    signature: Buffer.from(read('blob.sig').toString(), 'base64'),
  }
}
