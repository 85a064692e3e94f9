import { writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run, runIn } from '../support/cli.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'
import { attestTo, makeKeys, sign } from '../support/signing.js'

const { own, stranger } = makeKeys()

// A folder with the public keys own.pub and stranger.pub.
function keysFor(t: Teardown): string {
  const folder = folderFor(t)
  writeFileSync(join(folder, 'own.pub'), own.publicPem)
  writeFileSync(join(folder, 'stranger.pub'), stranger.publicPem)
  return folder
}

// Nobody's docker config is read.
const nobody = (folder: string): Record<string, string> => ({
  HOME: folder,
  DOCKER_CONFIG: folder,
  COSIGN_REPOSITORY: '',
})

void t.test('says what was looked at, and what became of each signature', async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = keysFor(t)
  const digest = await wire.image('team/app', '1')
  const key = ['--key', join(folder, 'own.pub')]
  const ref = `${registry.host}/team/app:1`
  const unsigned = await runIn(t, nobody(folder), 'verify', ...key, ref)
  t.equal(unsigned.code, 10)
  t.match(unsigned.out, /^NOT verified {2}127\.0\.0\.1:\d+\/team\/app:1\n/)
  t.equal(unsigned.err, `start-registry: ${ref} is not verified: there is no signature of ${digest} (NO_SIGNATURES)\n`)
  await sign(wire, 'team/app', digest, { key: own, annotations: { env: 'prod', evil: '\u001b[31mred' } })
  const signed = await runIn(t, nobody(folder), 'verify', ...key, '-a', 'env=prod', ref)
  const sig = await wire.get(`/v2/team/app/manifests/${digest.replace(':', '-')}.sig`)
  t.same(signed, {
    code: 0,
    out: [
      `verified      ${ref}`,
      `digest        ${digest}`,
      `registry      http://${registry.host}`,
      'what          signatures',
      `by            key ${join(folder, 'own.pub')}`,
      'rules         cosign: what the real cosign accepts',
      'asked for     env=prod',
      '',
      'signature 1, behind a .sig tag: verified',
      `    manifest ${sig.headers['docker-content-digest']}, layer 0`,
      '    algorithm ecdsa-p256-sha256',
      String.raw`    says env=prod, evil=\x1b[31mred`,
      '',
    ].join('\n'),
    err: '',
  })
  const wrong = await runIn(t, nobody(folder), 'verify', '--key', join(folder, 'stranger.pub'), ref)
  t.equal(wrong.code, 12)
  t.match(
    wrong.out,
    /^signature 1, behind a \.sig tag: NOT verified\n {4}manifest sha256:\S+, layer 0\n {4}.*\(SIG_INVALID\)$/m,
  )
  t.match(wrong.err, /is not verified: .* \(SIG_INVALID\)\n$/)
  const absent = await runIn(t, nobody(folder), 'verify', ...key, `${registry.host}/team/app:2`)
  t.equal(absent.code, 11)
  t.match(absent.err, /is not verified: there is no 127\S+team\/app:2 \(TAG_NOT_FOUND\)\n$/)
})

void t.test('--strict asks for the name that was signed', async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = keysFor(t)
  const flags = ['verify', '--strict', '--key', join(folder, 'own.pub')]
  for (const [repository, reference, code] of [
    ['right', `${registry.host}/right`, 0],
    ['wrong', 'elsewhere.example/wrong', 12],
  ] as const) {
    await sign(wire, repository, await wire.image(repository, '1'), { key: own, reference })
    const ended = await runIn(t, nobody(folder), ...flags, `${registry.host}/${repository}:1`)
    t.equal(ended.code, code, repository)
    t.match(ended.out, /^rules {9}strict: those of podman's containers\/image$/m)
    if (code !== 0) t.match(ended.err, /\(REFERENCE_MISMATCH\)/)
  }
})

void t.test('--json is one object, also for what goes wrong', async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = keysFor(t)
  const digest = await wire.image('team/app', '1')
  await sign(wire, 'team/app', digest, { key: own, form: 'bundle' })
  const ref = `${registry.host}/team/app@${digest}`
  const { code, out, err } = await runIn(t, nobody(folder), 'verify', '--json', '--key', join(folder, 'own.pub'), ref)
  t.same([code, err, out.split('\n').length], [0, '', 2])
  t.match(JSON.parse(out), {
    event: 'verdict',
    reference: ref,
    url: registry.url,
    verified: true,
    digest,
    strictness: 'cosign',
    signatures: [{ form: 'bundle', verified: true }],
    findings: [],
    exitCode: 0,
  })
  const failed = await runIn(t, nobody(folder), 'verify', '--json', '--key', join(folder, 'stranger.pub'), ref)
  t.same([failed.code, failed.err], [1, ''])
  t.match(JSON.parse(failed.out), {
    verified: false,
    exitCode: 1,
    signatures: [{ findings: [{ code: 'SIG_INVALID' }] }],
  })
  const broken = await runIn(t, nobody(folder), 'verify', '--json', '--key', join(folder, 'none.pub'), ref)
  t.equal(broken.code, 1)
  t.match(JSON.parse(broken.out), { event: 'error', message: /^cannot read the key file: ENOENT/ })
})

void t.test('attestations', async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = keysFor(t)
  await attestTo(wire, 'team/app', await wire.image('team/app', '1'), own)
  const flags = ['verify', '--key', join(folder, 'own.pub'), '--type', 'attestation', `${registry.host}/team/app:1`]
  const any = await runIn(t, nobody(folder), ...flags)
  t.equal(any.code, 0)
  t.match(
    any.out,
    /^what {10}attestations\n[^]*\n {4}predicate type https:\/\/cosign\.sigstore\.dev\/attestation\/v1$/m,
  )
  const other = await runIn(t, nobody(folder), ...flags, '--predicate-type', 'spdx')
  t.equal(other.code, 1)
  t.match(other.err, /\(PREDICATE_TYPE\)/)
})

void t.test('TLS and logins, as clients find them', async (t) => {
  const { registry } = await registryFor(t, { tls: true, accounts: [{ username: 'alice', password: 'secret' }] })
  const folder = keysFor(t)
  const open = await registryFor(t, { storage: registry.store })
  await sign(open.wire, 'team/app', await open.wire.image('team/app', '1'), { key: own })
  const ref = `${registry.host}/team/app:1`
  const flags = ['verify', '--key', join(folder, 'own.pub')]
  const alice = { DOCKER_CONFIG: registry.env({ as: 'alice' })['DOCKER_CONFIG'] as string }
  const given = await runIn(t, alice, ...flags, '--ca-file', registry.caFile as string, ref)
  t.same([given.code, given.err], [0, ''])
  const wired = await runIn(t, registry.env({ as: 'alice' }), ...flags, ref)
  t.same([wired.code, wired.err], [0, ''], 'NODE_EXTRA_CA_CERTS')
  t.match(await runIn(t, alice, ...flags, ref), { code: 1, out: '', err: /is not trusted .* --ca-file/ })
  t.match(await runIn(t, nobody(folder), ...flags, '--ca-file', registry.caFile as string, ref), {
    code: 1,
    out: '',
    err: /asks for a login: docker login /,
  })
  t.match(await runIn(t, alice, ...flags, '--ca-file', join(folder, 'none'), ref), {
    code: 1,
    err: /^start-registry: cannot read the CA file: ENOENT/,
  })
})

void t.test('COSIGN_REPOSITORY says where signatures are', async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = keysFor(t)
  const digest = await wire.image('team/app', '1')
  await sign(wire, 'team/signatures', digest, { key: own })
  const flags = ['verify', '--key', join(folder, 'own.pub'), `${registry.host}/team/app:1`]
  const env = (COSIGN_REPOSITORY: string): Record<string, string> => ({ ...nobody(folder), COSIGN_REPOSITORY })
  t.equal((await runIn(t, env(`${registry.host}/team/signatures`), ...flags)).code, 0)
  t.equal((await runIn(t, env(''), ...flags)).code, 10)
  t.match(await runIn(t, env('signatures'), ...flags), {
    code: 2,
    err: /^start-registry: COSIGN_REPOSITORY: "signatures"/,
  })
})

void t.test('a key file that is none is named', async (t) => {
  const folder = keysFor(t)
  mkdirSync(join(folder, 'folder'))
  writeFileSync(
    join(folder, 'cosign.key'),
    '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n',
  )
  t.match(await run(t, 'verify', '--key', join(folder, 'cosign.key'), 'localhost:1/app'), {
    code: 1,
    err: /^start-registry: \S+cosign\.key: a public key has the PEM label PUBLIC KEY/,
  })
  t.match(await run(t, 'verify', '--key', join(folder, 'folder'), 'localhost:1/app'), { code: 1, err: /EISDIR/ })
})

void t.test('wrong use is 2', async (t) => {
  const rows: readonly (readonly [args: string[], message: string])[] = [
    [[], 'verify needs a reference: HOST:PORT/REPOSITORY:TAG or …@DIGEST'],
    [
      ['localhost:1/a', 'b:1', '--key', 'k'],
      '"b:1" names no registry: write HOST:PORT/… in front, or docker.io/… for Docker Hub',
    ],
    [['app:1', '--key', 'k'], '"app:1" names no registry: write HOST:PORT/… in front, or docker.io/… for Docker Hub'],
    [
      ['localhost:1/a'],
      'say whose signatures count: --key FILE, or --certificate-identity and --certificate-oidc-issuer',
    ],
    [
      ['localhost:1/a', '--key', 'k', '--ca-roots', 'r'],
      '--ca-roots does not go with --key: a signature is by one or the other',
    ],
    [
      ['localhost:1/a', '--certificate-identity', 'x'],
      '--certificate-identity and --certificate-oidc-issuer go together',
    ],
    [
      ['localhost:1/a', '--certificate-identity', 'x', '--certificate-oidc-issuer', 'y'],
      'certificates need CAs: --ca-roots FILE, --certificate-chain FILE or --trusted-root FILE',
    ],
    [['localhost:1/a', '--key', 'k', '--type', 'x'], '--type must be image, attestation, not x'],
    [['localhost:1/a', '--key', 'k', '--predicate-type', 'x'], '--predicate-type goes with --type attestation'],
    [['localhost:1/a', '--key', 'k', '-a', 'x'], '-a must be KEY=VALUE, not x'],
    [['localhost:1/a', '--key', 'k', '--port', '1'], '--port does not go with verify'],
    [
      ['localhost:1/a', '--key', 'k', '--tls-cert', 'x'],
      '--tls-cert does not go with verify (--ca-file says which CA to trust)',
    ],
    [['localhost:1/a', '--kye', 'k'], 'unknown flag --kye (did you mean --key?)'],
    [['-key', 'k', 'localhost:1/a'], 'unknown flag -key (did you mean --key?)'],
    [
      ['localhost:1/a', '--certificate-identity', 'x', '--ca-intermediates', 'i', '--certificate-oidc-issuer', 'y'],
      '--ca-intermediates goes with --ca-roots',
    ],
    [
      ['localhost:1/a', '--key', 'k', '--use-signed-timestamps'],
      '--use-signed-timestamps goes with --trusted-root, which has the authorities',
    ],
    [
      ['localhost:1/a', '--key', 'k', '--ca-file', 'x', '--registry-cacert', 'x'],
      '--ca-file and --registry-cacert are the same',
    ],
    [
      ['localhost:1/a', '--key', 'k', '--registry-username', 'x'],
      '--registry-username and --registry-password go together',
    ],
    [
      ['localhost:1/a', '--key', 'k', '--registry-username=x', '--registry-password=x', '--registry-token=x'],
      '--registry-username and --registry-token do not go together',
    ],
    [
      ['localhost:1/a', '--key', 'k', '--insecure-ignore-tlog=yes'],
      '--insecure-ignore-tlog is true or false, and not yes',
    ],
  ]
  for (const [args, message] of rows) {
    t.same(
      await run(t, 'verify', ...args),
      { code: 2, out: '', err: `start-registry: ${message}\nstart-registry verify --help lists its flags\n` },
      args.join(' '),
    )
  }
  t.match(await run(t, '--key', 'k'), { code: 2, err: /^start-registry: --key goes with verify\n/ })
})
