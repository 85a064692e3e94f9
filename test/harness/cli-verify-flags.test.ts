import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { flagsOf } from '../../harness/cli/flags.js'
import { run, runIn } from '../support/cli.js'
import { sha256, types } from '../support/content.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'
import { makeKeys, sign } from '../support/signing.js'

const { own, stranger } = makeKeys()

// A registry with an image that is signed, one that is not, and one that a stranger has signed.
async function signedFor(t: Teardown) {
  const { registry, wire } = await registryFor(t)
  const folder = folderFor(t)
  writeFileSync(join(folder, 'own.pub'), own.publicPem)
  await sign(wire, 'team/signed', await wire.image('team/signed', '1'), { key: own })
  await sign(wire, 'team/strange', await wire.image('team/strange', '1'), { key: stranger })
  await wire.image('team/unsigned', '1')
  const env = { HOME: folder, DOCKER_CONFIG: folder, COSIGN_REPOSITORY: '' }
  const verify = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runIn(t, { ...env, ...more }, 'verify', ...args)
  const ref = (name: string): string => `${registry.host}/team/${name}:1`
  return { registry, wire, verify, ref, key: join(folder, 'own.pub') }
}

async function serve(t: Teardown, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

void t.test(
  'several references: each is looked at, and the first that is not verified has the exit code',
  async (t) => {
    const { verify, ref, key } = await signedFor(t)
    const all = await verify(['--key', key, ref('signed'), ref('signed')])
    t.same([all.code, all.err], [0, ''])
    t.equal(all.out.match(/^verified {6}/gm)?.length, 2)
    t.match(all.out, /verified\n {4}[^]*\n\nverified/, 'an empty line between them')
    const some = await verify(['--key', key, ref('signed'), ref('unsigned'), ref('strange'), ref('signed')])
    t.equal(some.code, 10)
    t.same(some.out.match(/^(?:NOT )?verified {2,}\S+/gm)?.length, 4)
    t.match(
      some.err,
      /^start-registry: \S+unsigned:1 is not verified: .*\nstart-registry: \S+strange:1 is not verified: .*\n$/,
    )
    t.equal((await verify(['--key', key, ref('strange'), ref('unsigned')])).code, 12)
    const broken = await verify(['--key', key, '--json', ref('unsigned'), '127.0.0.1:1/app', ref('signed')])
    t.equal(broken.code, 10)
    const events = broken.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; exitCode?: number })
    t.match(events, [
      { event: 'verdict', exitCode: 10 },
      {
        event: 'error',
        reference: '127.0.0.1:1/app:latest',
        message: /^cannot reach https:\/\/127\.0\.0\.1:1: nothing listens there/,
      },
      { event: 'verdict', exitCode: 0 },
    ])
    t.equal((await verify(['--key', key, '127.0.0.1:1/app', ref('unsigned')])).code, 1)
  },
)

void t.test('--recursive: an index is as good as each of its images', async (t) => {
  const { wire, verify, ref, key } = await signedFor(t)
  const children = [await wire.image('team/index', 'a'), await wire.image('team/index', 'b')]
  const manifests = children.map((digest) => ({ mediaType: types.image, digest, size: 1 }))
  const text = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests })
  await wire.manifest('team/index', '1', text, { 'Content-Type': types.index })
  await sign(wire, 'team/index', sha256(text), { key: own })
  await sign(wire, 'team/index', children[0] as string, { key: own })
  t.equal((await verify(['--key', key, ref('index')])).code, 0)
  const refused = await verify(['--key', key, '-r', ref('index')])
  t.equal(refused.code, 10)
  t.match(refused.out, new RegExp(`^image ${children[0]} of this index: verified\n`, 'm'))
  t.match(refused.out, new RegExp(`^image ${children[1]} of this index: NOT verified\n {4}there is no signature`, 'm'))
  t.match(refused.err, new RegExp(`is not verified: there is no signature of ${children[1]} \\(NO_SIGNATURES\\)\n$`))
  await sign(wire, 'team/index', children[1] as string, { key: own })
  t.same((await verify(['--key', key, '--recursive', ref('index')])).code, 0)
})

void t.test('--key takes what cosign takes, as far as nobody else is asked for it', async (t) => {
  const { verify, ref, key } = await signedFor(t)
  const reads = async (reference: string, env = {}) => verify(['--key', reference, ref('signed')], env)
  t.equal((await reads('env://COSIGN_PUB', { COSIGN_PUB: own.publicPem })).code, 0)
  t.match((await reads('env://COSIGN_PUB', { COSIGN_PUB: own.publicPem })).out, /^by {12}key env:\/\/COSIGN_PUB$/m)
  t.match(await reads('env://COSIGN_PUB'), {
    code: 1,
    err: 'start-registry: --key env://COSIGN_PUB: there is no variable COSIGN_PUB in the environment\n',
  })
  t.match(await reads('env://COSIGN_PUB', { COSIGN_PUB: 'x' }), {
    code: 1,
    err: /^start-registry: env:\/\/COSIGN_PUB: a public key is one PEM block, and there is no block\n/,
  })
  const site = await serve(t, ({ url }, response) => {
    if (url === '/cosign.pub') response.end(own.publicPem)
    else if (url === '/moved') response.writeHead(302, { Location: 'cosign.pub' }).end()
    else if (url === '/out') response.writeHead(302, { Location: 'http://example.test/cosign.pub' }).end()
    else if (url === '/round') response.writeHead(302, { Location: 'round' }).end()
    else if (url === '/large') response.end('x'.repeat(100_000))
    else response.writeHead(404).end()
  })
  for (const path of ['cosign.pub', 'moved']) t.equal((await reads(`${site}/${path}`)).code, 0, path)
  for (const [path, message] of [
    ['none', `--key ${site}/none is not there: status 404`],
    ['out', `--key ${site}/out is redirected to http://example.test, and only https is followed`],
    ['round', `--key ${site}/round is redirected too many times`],
    ['large', /the reply has \d+ bytes or more, and at most 65536 are read/],
  ] as const) {
    const { code, err } = await reads(`${site}/${path}`)
    t.equal(code, 1)
    t.match(err, message)
  }
  const taken = '--key takes the public key: a PEM file, env://NAME or https://…'
  for (const [reference, message] of [
    ['k8s://team/cosign', `no key is asked of k8s: ${taken} (\`cosign public-key --key k8s://team/cosign\` prints it)`],
    [
      'hashivault://k1',
      `no key is asked of hashivault: ${taken} (\`cosign public-key --key hashivault://k1\` prints it)`,
    ],
    ['pkcs11:token=t', `no key is asked of pkcs11: ${taken} (\`cosign public-key --key pkcs11:token=t\` prints it)`],
    [
      'http://example.test/cosign.pub',
      '--key http://example.test/cosign.pub would come unencrypted, and whoever sits between could change it: write https://',
    ],
    ['https://', '--key https:// is no URL'],
  ]) {
    const expected = { code: 2, err: `start-registry: ${message}\nstart-registry verify --help lists its flags\n` }
    t.match(await reads(reference as string), expected)
  }
  t.equal((await verify(['--key', 'env://OTHER', '--key', key, ref('signed')], { OTHER: stranger.publicPem })).code, 0)
})

void t.test('a command line of cosign is taken as it is', async (t) => {
  const { verify, ref, key } = await signedFor(t)
  const flags = ['--insecure-ignore-tlog=true', '--offline', '--new-bundle-format=false', '--max-workers', '4']
  t.equal((await verify(['--key', key, ...flags, '--private-infrastructure', ref('signed')])).code, 0)
  const older = ['--cert-identity', 'x', '--cert-oidc-issuer=y', '--cert-chain', 'none.pem', ref('signed')]
  t.match(await verify(older), { code: 1, err: /^start-registry: cannot read the certificate file: ENOENT.*none\.pem/ })
})

void t.test('what cosign has and is not here is refused, and says what to do', async (t) => {
  for (const [flag, message] of [
    ['--local-image', 'images are read from registries; `cosign load` puts a folder into one'],
    ['--check-claims=false', 'what a signature claims is always checked'],
    ['--certificate-github-workflow-name=x', /^what a certificate says of a workflow is not looked at; /],
    ['--sk', '--key takes the public key, which `cosign public-key` prints'],
    ['--rekor-url=x', 'no log is asked; what a signature brings from one is verified with --trusted-root FILE'],
    ['-o=json', '--json prints a verdict as JSON, and without it text is printed'],
    ['--output=text', '--json prints a verdict as JSON, and without it text is printed'],
  ] as const) {
    const { code, err } = await run(t, 'verify', '--key', 'k', flag, 'localhost:1/a')
    const [, name, reason] = /^start-registry: (\S+) of cosign is not taken: (.*)\n/.exec(err) ?? []
    t.same([code, name], [2, flag.replace(/=.*/, '')])
    t.match(reason, message)
  }
})

void t.test('a login on the command line', async (t) => {
  const accounts = [{ username: 'alice', password: 'secret' }]
  const { registry } = await registryFor(t, { tls: true, accounts })
  const open = await registryFor(t, { storage: registry.store })
  await sign(open.wire, 'team/app', await open.wire.image('team/app', '1'), { key: own })
  const folder = folderFor(t)
  writeFileSync(join(folder, 'own.pub'), own.publicPem)
  const words = ['verify', '--key', join(folder, 'own.pub'), '--registry-cacert', registry.caFile as string]
  const verify = (...flags: string[]) =>
    runIn(t, { HOME: folder, DOCKER_CONFIG: folder }, ...words, ...flags, `${registry.host}/team/app:1`)
  t.equal((await verify('--registry-username', 'alice', '--registry-password', 'secret')).code, 0)
  t.match(await verify('--registry-username', 'alice', '--registry-password', 'wrong'), {
    code: 1,
    err: /does not take the login: status 401/,
  })
  t.match(await verify('--registry-token', 'wrong'), { code: 1, err: /does not take the login: status 401/ })
})

void t.test('verify --help has each of its flags', async (t) => {
  const help = await run(t, 'verify', '--help')
  t.equal(help.code, 0)
  for (const line of help.out.split('\n')) t.ok(line.length <= 80, line)
  for (const flag of flagsOf.verify) t.match(help.out, new RegExp(`--${flag}\\b`), flag)
})
