import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { signImage } from 'start-registry/cosign'
import { runCommand } from '../../harness/run.js'
import { clientPaths } from '../support/client-paths.js'
import { folderFor, registryFor } from '../support/registries.js'
import { attestTo, makeKeys, pushSigned, sign } from '../support/signing.js'

const main = fileURLToPath(new URL('../../harness/cli/main.js', import.meta.url))
const { own, stranger } = makeKeys()

void t.test('verify ends as cosign 3 does, over http, and over https with login', async (t) => {
  const cosign = (await clientPaths(['cosign@3.1.3']))('cosign@3.1.3')
  const folder = folderFor(t)
  writeFileSync(join(folder, 'own.pub'), own.publicPem)
  writeFileSync(join(folder, 'stranger.pub'), stranger.publicPem)
  const open = await registryFor(t)
  const { wire } = open
  const signed = await wire.image('team/signed', '1')
  await sign(wire, 'team/signed', signed, { key: own, annotations: { env: 'prod' } })
  const bundled = await wire.image('team/bundled', '1')
  await sign(wire, 'team/bundled', bundled, { key: own, form: 'bundle', annotations: { env: 'prod' } })
  await wire.image('team/unsigned', '1')
  await attestTo(wire, 'team/attested', await wire.image('team/attested', '1'), own)
  // The signature of one image behind the tag of another's.
  const moved = await wire.image('team/moved', '1', 'another')
  const signature = signImage({ digest: signed, reference: 'registry.example/team/signed', key: own.privateKey })
  await pushSigned(wire, 'team/moved', { ...signature, tag: `${moved.replace(':', '-')}.sig` })
  const secure = await registryFor(t, {
    tls: true,
    accounts: [{ username: 'alice', password: 'secret' }],
    storage: open.registry.store,
  })
  const rows: readonly (readonly [ref: string, flags: readonly string[], status: number])[] = [
    ['team/signed:1', ['own.pub'], 0],
    [`team/signed@${signed}`, ['own.pub', '-a', 'env=prod'], 0],
    ['team/signed:1', ['own.pub', '-a', 'env=test'], 12],
    ['team/signed:1', ['stranger.pub'], 12],
    ['team/bundled:1', ['own.pub'], 0],
    ['team/bundled:1', ['own.pub', '-a', 'env=prod'], 0],
    ['team/bundled:1', ['own.pub', '-a', 'env=test'], 1],
    ['team/bundled:1', ['stranger.pub'], 1],
    ['team/unsigned:1', ['own.pub'], 10],
    ['team/moved:1', ['own.pub'], 12],
    ['team/signed:none', ['own.pub'], 11],
    ['none:1', ['own.pub'], 11],
    [`team/signed@sha256:${'a'.repeat(64)}`, ['own.pub'], 10],
  ]
  for (const { registry } of [open, secure]) {
    const env = registry === secure.registry ? registry.env({ as: 'alice' }) : registry.env()
    const status = async (...words: string[]): Promise<number> =>
      (await runCommand(words, { env, cwd: folder, status: 'any' })).status
    for (const [ref, flags, expected] of rows) {
      const words = ['--key', ...flags, '--insecure-ignore-tlog', `${registry.host}/${ref}`]
      const ours = await status(process.execPath, main, 'verify', ...words)
      const theirs = await status(cosign, 'verify', ...words)
      t.same([ours, theirs], [expected, expected], `${registry.url} ${ref} ${flags.join(' ')}`)
    }
    for (const [type, expected] of [
      ['custom', 0],
      ['spdx', 1],
    ] as const) {
      const words = ['--key', 'own.pub', '--insecure-ignore-tlog', `${registry.host}/team/attested:1`]
      const ours = await status(
        process.execPath,
        main,
        'verify',
        '--type',
        'attestation',
        '--predicate-type',
        type,
        ...words,
      )
      const theirs = await status(cosign, 'verify-attestation', '--type', type, ...words)
      t.same([ours, theirs], [expected, expected], `attestation ${type}`)
    }
  }
})
