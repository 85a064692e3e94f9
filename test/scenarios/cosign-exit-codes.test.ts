import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCodeSigningAuthority } from 'start-registry/cosign'
import t from 'tap'
import { runner } from '../../harness/run.js'
import { writePem } from '../../src/formats/pem.js'
import { clientPaths } from '../support/client-paths.js'
import { runIn } from '../support/cli.js'
import { folderFor, registryFor } from '../support/registries.js'
import { attestTo, makeKeys, sign } from '../support/signing.js'

t.setTimeout(300_000)

const byCertificate =
  '--ca-roots root.pem --certificate-identity alice@example.com --certificate-oidc-issuer https://issuer.test'
const missing = `sha256:${'0'.repeat(64)}`

/** What is verified by whom, and the exit code. Those of attestations are 1 whatever it is. */
const cases: readonly (readonly [what: string, reference: string, flags: string, exit: number, attestation?: true])[] =
  [
    ['a good signature', 'team/signed:1', '--key own.pub', 0],
    ['no such tag', 'team/signed:2', '--key own.pub', 11],
    ['no such repository', 'team/nothing:1', '--key own.pub', 11],
    ['no such digest', `team/signed@${missing}`, '--key own.pub', 10],
    ['no signature', 'team/unsigned:1', '--key own.pub', 10],
    ['another key', 'team/signed:1', '--key stranger.pub', 12],
    ['another annotation', 'team/signed:1', '--key own.pub -a a=1', 12],
    ['no certificate, of which 13 is said', 'team/signed:1', byCertificate, 12],
    ['an attestation alone', 'team/attested:1', '--key own.pub', 10],
    ['a good attestation', 'team/attested:1', '--key own.pub', 0, true],
    ['no such tag, of an attestation', 'team/attested:2', '--key own.pub', 1, true],
    ['no such digest, of an attestation', `team/attested@${missing}`, '--key own.pub', 1, true],
    ['no attestation', 'team/unsigned:1', '--key own.pub', 1, true],
    ['another key, of an attestation', 'team/attested:1', '--key stranger.pub', 1, true],
    ['no certificate, of an attestation', 'team/attested:1', byCertificate, 1, true],
  ]

void t.test('exit codes are those of cosign 2 and 3', { timeout: 300_000 }, async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = folderFor(t)
  const { own, stranger } = makeKeys()
  const authority = makeCodeSigningAuthority({ now: Date.now() })
  writeFileSync(join(folder, 'own.pub'), own.publicPem)
  writeFileSync(join(folder, 'stranger.pub'), stranger.publicPem)
  writeFileSync(join(folder, 'root.pem'), writePem('CERTIFICATE', authority.root))
  await sign(wire, 'team/signed', await wire.image('team/signed', '1'), { key: own })
  await attestTo(wire, 'team/attested', await wire.image('team/attested', '1'), own)
  await wire.image('team/unsigned', '1')
  const versions = ['cosign@2.6.5', 'cosign@3.1.3']
  const path = await clientPaths(versions)
  // cosign 2 asks sigstore's servers for their keys unless variables name them.
  const keys = { SIGSTORE_REKOR_PUBLIC_KEY: 'own.pub', SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: 'own.pub' }
  const sh = runner({ env: { ...registry.env(), ...keys }, cwd: folder, status: 'any' })
  for (const [what, reference, flags, exit, attestation] of cases) {
    const words = flags.split(' ')
    const image = `${registry.host}/${reference}`
    const type = attestation ? ['--type', 'attestation'] : []
    const named = words.map((word) => (/\.p(?:ub|em)$/.test(word) ? join(folder, word) : word))
    const ours = await runIn(t, registry.env(), 'verify', ...type, ...named, image)
    t.equal(ours.code, exit, `${what}: ours`)
    const command = attestation ? 'verify-attestation' : 'verify'
    for (const version of versions) {
      const ignored = ['--insecure-ignore-tlog', '--insecure-ignore-sct']
      const { status, output } = await sh`${path(version)} ${command} ${ignored} ${words} ${image}`
      t.equal(status, exit, `${what}: ${version}`)
      if (what.includes('13')) t.match(output, 'no certificate found on signature')
    }
  }
})
