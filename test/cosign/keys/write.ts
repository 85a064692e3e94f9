/**
 * Writes the fixtures of keys: what each version of cosign makes, and signs with it. The versions' folders in
 * `test/cosign/fixtures/keys` must not have keys already.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keysFolder } from './fixtures.js'
import { realCosign, versions } from './real-cosign.js'

for (const version of versions) {
  const folder = join(keysFolder, version)
  mkdirSync(folder, { recursive: true })
  const cosign = await realCosign(version, folder)
  await cosign.generateKeyPair()
  writeFileSync(join(folder, 'blob'), `signed by cosign ${version}\n`)
  writeFileSync(join(folder, 'blob.sig'), await cosign.signBlob('cosign.key', 'blob'))
  console.log(version, readFileSync(join(folder, 'cosign.pub'), 'utf8'))
}
