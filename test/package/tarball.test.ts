import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { folderFor } from '../support/registries.js'
import { Wire } from '../support/content.js'
import { install, output, pack, root } from '../support/package.js'

// What the README shows under a heading, as it stands there.
function example(language: string): string {
  const code = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(
    readFileSync(join(root, 'README.md'), 'utf8'),
  )?.[1]
  if (code === undefined) throw new Error(`README.md has no ${language} example`)
  return code
}

void t.test('the packed package, installed elsewhere', async (t) => {
  const folder = folderFor(t)
  const packed = await pack(folder)
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{"private":true}')
  await install(project, packed)

  await t.test('is small, and has no tests in it', async (t) => {
    t.ok(packed.size < 900_000, `${packed.size} bytes`)
    t.same(
      packed.files
        .map(({ path }) => path)
        .filter(
          (path) =>
            !/^(dist\/(src|harness|scenarios|vendor-binaries)\/|package\.json$|README\.md$|LICENSE$)/.test(path),
        ),
      [],
    )
  })

  await t.test('starts with npx', async (t) => {
    // A process group of its own: npx does not hand a signal on, and what it started would stay when it is gone.
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const child = spawn('npx', ['start-registry', '--quiet'], { cwd: project, stdio: [...stdio], detached: true })
    const closed = new Promise((resolve) => child.once('close', resolve))
    const [chunk] = (await child.stdout.take(1).toArray()) as [Buffer]
    const [, port] = /^start-registry: listening on http:\/\/127\.0\.0\.1:(\d+)\n$/.exec(chunk.toString()) ?? []
    t.equal((await new Wire(Number(port)).get('/v2/')).status, 200)
    process.kill(-(child.pid as number), 'SIGTERM')
    // Of all that hold its stdout, so that the registry is gone as well.
    await closed
  })

  await t.test("is imported from ESM: the README's example, as it stands there", async (t) => {
    const code = example('js')
    t.ok(code.trim().split('\n').length <= 12, 'twelve lines')
    writeFileSync(join(project, 'example.mjs'), code)
    t.match(await output(project, process.execPath, 'example.mjs'), /pass 1\n/)
  })

  await t.test('is required from CommonJS', async (t) => {
    const code = `const { startRegistry } = require('start-registry')
      startRegistry().then(async (registry) => {
        console.log((await fetch(registry.url + '/v2/')).status)
        await registry.close()
      })`
    writeFileSync(join(project, 'example.cjs'), code)
    t.equal(await output(project, process.execPath, 'example.cjs'), '200\n')
  })

  await t.test('signs and verifies by start-registry/cosign alone', async (t) => {
    const code = `import { generateKeyPair, signImage, verifyImage } from 'start-registry/cosign'
      const digest = 'sha256:' + '0'.repeat(64)
      const { privateKey: key, publicKey } = generateKeyPair()
      const { blobs, manifest, tag } = signImage({ digest, reference: 'registry.test/app', key })
      const source = {
        manifest: async (reference) => (reference === tag ? manifest : undefined),
        blob: async (digest) => blobs.find((blob) => blob.digest === digest)?.bytes,
        referrers: async () => [],
      }
      console.log((await verifyImage(source, digest, { keys: [publicKey] })).verified)`
    writeFileSync(join(project, 'cosign.mjs'), code)
    t.equal(await output(project, process.execPath, 'cosign.mjs'), 'true\n')
  })

  await t.test('is typed', async (t) => {
    writeFileSync(
      join(project, 'example.ts'),
      `import { startRegistry, type Registry } from 'start-registry'
       import { createRegistry, type RegistryCore } from 'start-registry/core'
       import { verifyImage, type SignatureSource, type Verdict } from 'start-registry/cosign'
       import { storeContract } from 'start-registry/store-contract'
       const registry: Registry = await startRegistry({ port: 0, tls: { names: ['a'] } })
       const core: RegistryCore = createRegistry({ store: registry.store })
       declare const source: SignatureSource
       declare const digest: string
       // @ts-expect-error -- a port is a number
       await startRegistry({ port: '0' })
       export const verdict = (): Promise<Verdict> => verifyImage(source, digest, { keys: [] })
       export const all = [core, storeContract.length]`,
    )
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2023',
          lib: ['es2023', 'esnext.disposable'],
          strict: true,
          noEmit: true,
          types: ['node'],
          typeRoots: [join(root, 'node_modules/@types')],
        },
        files: ['example.ts'],
      }),
    )
    writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}')
    t.equal(await output(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'), '')
  })
})
