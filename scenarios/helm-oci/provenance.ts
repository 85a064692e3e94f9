import assert from 'node:assert/strict'
import { mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../harness/run.js'
import { sha256 } from '../served.js'
import { made } from './chart.js'
import { digestIn, type Helm } from './helm.js'
import { assertIsChart } from './push-and-pull.js'

/**
 * helm.sh, "Helm Provenance and Integrity": a chart is signed with a key of GnuPG's, its provenance file is pushed beside
 * it, and whoever pulls it can ask for the file and have it verified.
 */
export async function provenance(helm: Helm): Promise<void> {
  const { say, sh, fails, host, flags, folder, read, write, show } = helm

  say('Keys')
  await makeKeyrings(sh)

  say('Sign and push')
  await sh`helm package web --sign --key alice@example.org --keyring secring.gpg`
  const chart = read('web-0.1.0.tgz')
  assert.ok(read('web-0.1.0.tgz.prov').includes(`files:\n  web-0.1.0.tgz: ${sha256(chart)}\n`))
  utimesSync(join(folder, 'web-0.1.0.tgz'), new Date(made), new Date(made))
  const digest = digestIn(await sh`helm push web-0.1.0.tgz oci://${host}/signed ${flags}`)
  await assertIsChart(helm, 'signed/web', '0.1.0', digest, { signed: true })

  say('Pull and verify')
  const reference = [`oci://${host}/signed/web`, '--version', '0.1.0', ...flags]
  for (const to of ['with-provenance', 'verified', 'strange', 'changed']) mkdirSync(join(folder, to))
  await sh`helm pull ${reference} --prov --destination with-provenance`
  const verified = await sh`helm pull ${reference} --verify --keyring pubring.gpg --destination verified`
  assert.match(verified.output, /^Signed by: Alice <alice@example\.org>$/m)
  assert.match(verified.output, new RegExp(`^Chart Hash Verified: ${sha256(chart)}$`, 'm'))
  for (const from of ['with-provenance', 'verified']) {
    assert.deepEqual(read(`${from}/web-0.1.0.tgz`), chart)
    assert.deepEqual(read(`${from}/web-0.1.0.tgz.prov`), read('web-0.1.0.tgz.prov'))
  }

  say('Verify with the key of somebody else')
  const strange = await fails`helm pull ${reference} --verify --keyring mallory.gpg --destination strange`
  assert.match(strange.stderr, /^Error: openpgp: signature made by unknown entity$/m)

  say('Verify what was changed after it was signed')
  write('web/values.yaml', 'greeting: I am somebody else\n')
  await sh`helm package web`
  await sh`helm push web-0.1.0.tgz oci://${host}/signed ${flags}`
  const changed = await fails`helm pull ${reference} --verify --keyring pubring.gpg --destination changed`
  const [is, was] = [sha256(read('web-0.1.0.tgz')), sha256(chart)]
  assert.match(
    changed.stderr,
    new RegExp(`^Error: sha256 sum does not match for web-0.1.0.tgz: "${was}" != "${is}"$`, 'm'),
  )
  show('sign a chart, push, pull and verify it')
}

/** Makes keys with GnuPG, and the keyrings that helm reads: files as GnuPG 1 kept them. */
export async function makeKeyrings(sh: Run): Promise<void> {
  const unprotected = ['--passphrase', '']
  try {
    for (const somebody of ['Alice <alice@example.org>', 'Mallory <mallory@example.org>']) {
      await sh`gpg --batch --quiet ${unprotected} --quick-generate-key ${somebody} rsa2048 sign never`
    }
    await sh`gpg --batch --quiet --output secring.gpg --export-secret-keys alice@example.org`
    await sh`gpg --batch --quiet --output pubring.gpg --export alice@example.org`
    await sh`gpg --batch --quiet --output mallory.gpg --export mallory@example.org`
  } finally {
    // It stays for later commands otherwise, and none follow.
    await sh`gpgconf --kill gpg-agent`
  }
}
