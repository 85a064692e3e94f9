import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import test from 'node:test'
import { attachArtifactToImage, getRegistryCredentials } from '@sigstore/oci'
import { alice, because, stockedRegistry } from './registry.js'

for (const auth of ['token', 'basic']) {
  test(`login with ${auth}`, async (t) => {
    const { registry, attachment } = await stockedRegistry(t, { auth })
    await attachArtifactToImage(attachment('an SBOM'))
    registry.journal.expect({ method: 'PUT', route: 'manifest', account: 'alice' }, 1)
    registry.journal.expect({ route: 'token' }, auth === 'token' ? 1 : 0)
  })
}

test('a wrong password is refused', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  const credentials = { ...alice, password: 'wrong' }
  await assert.rejects(
    attachArtifactToImage(attachment('an SBOM', { credentials })),
    because(/expected 200, received 401/, 401),
  )
  registry.journal.expect({ method: 'PUT' }, 0)
})

test('somebody who may only pull pushes nothing', async (t) => {
  const accounts = [{ ...alice, permissions: ['team/*:pull'] }]
  const { attachment } = await stockedRegistry(t, { accounts })
  await assert.rejects(attachArtifactToImage(attachment('an SBOM')), because(/blobs\/uploads\/ - expected 202/, 403))
})

// It asks node for the home each time.
function livesAt(t, home) {
  t.mock.method(os, 'homedir', () => home)
}

test("a login is found in docker's configuration", async (t) => {
  const { registry, imageName } = await stockedRegistry(t)
  livesAt(t, registry.env({ as: 'alice' }).HOME)
  assert.deepEqual(getRegistryCredentials(imageName), { headers: undefined, ...alice })
})

test('wrong: a password goes to a registry whose name is part of the right one', async (t) => {
  const { registry } = await stockedRegistry(t)
  livesAt(t, registry.env({ as: 'alice' }).HOME)
  const another = `127.0.0.1:${String(registry.port).slice(0, -1)}`
  assert.equal(getRegistryCredentials(`${another}/team/app`).password, alice.password)
})

test('wrong: DOCKER_CONFIG says nothing to it', async (t) => {
  const { registry, imageName } = await stockedRegistry(t)
  livesAt(t, '/home/of/nobody')
  process.env.DOCKER_CONFIG = registry.env({ as: 'alice' }).DOCKER_CONFIG
  t.after(() => delete process.env.DOCKER_CONFIG)
  assert.throws(() => getRegistryCredentials(imageName), /^Error: No credential file found at \/home\/of\/nobody/)
})

test('wrong: whoever brings a login to a registry that asks for none is refused', async (t) => {
  const { registry, attachment } = await stockedRegistry(t, { accounts: [] })
  await assert.rejects(attachArtifactToImage(attachment('an SBOM')), because(/^Invalid challenge: $/))
  // And an upload has begun that nobody ends.
  registry.journal.expect({ method: 'POST', route: 'uploads', status: 202 }, 1)
})

test('wrong: a package that it loads is not among its dependencies', () => {
  const path = createRequire(import.meta.url).resolve('@sigstore/oci/package.json')
  const { dependencies } = JSON.parse(readFileSync(path, 'utf8'))
  assert.match(readFileSync(path.replace('package.json', 'dist/fetch.js'), 'utf8'), /require\("promise-retry"\)/)
  assert.deepEqual(Object.keys(dependencies), ['make-fetch-happen', 'proc-log'])
})
