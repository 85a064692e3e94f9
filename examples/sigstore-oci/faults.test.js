import assert from 'node:assert/strict'
import test from 'node:test'
import { attachArtifactToImage } from '@sigstore/oci'
import { bob, because, retrying, stockedRegistry } from './registry.js'

const putManifest = { method: 'PUT', route: 'manifest' }

test('429 ends it, unless it is told to try again', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  registry.faults.add({ ...putManifest, fault: 'rate-limit', nth: [1, 2] })
  await assert.rejects(attachArtifactToImage(attachment('an SBOM')), because(/expected 201, received 429/, 429))
  await attachArtifactToImage(attachment('an SBOM', { fetchOpts: retrying }))
  assert.deepEqual(
    registry.journal.requests(putManifest).map(({ status }) => status),
    [429, 429, 201],
  )
})

test('wrong: what Retry-After says is not waited for', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  registry.faults.add({ ...putManifest, fault: 'rate-limit', retryAfter: 3600, once: true })
  await attachArtifactToImage(attachment('an SBOM', { fetchOpts: retrying }))
  registry.journal.expect(putManifest, 2)
})

test('a connection that is reset before anything came is tried again', async (t) => {
  const { registry, attachment, imageDigest, get } = await stockedRegistry(t)
  registry.faults.add({ method: 'PUT', route: 'upload', fault: 'reset', once: true })
  const { digest } = await attachArtifactToImage(attachment('an SBOM', { fetchOpts: retrying }))
  registry.journal.expect({ method: 'PUT', route: 'upload', aborted: true }, 1)
  const { manifests } = JSON.parse(await get(`referrers/${imageDigest}`))
  assert.equal(manifests[0].digest, digest)
})

test('wrong: after a reset in the middle of an upload all is sent behind the part that came', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  registry.faults.add({ method: 'PUT', route: 'upload', fault: 'reset', at: 'request', bytes: 100, once: true })
  const attached = attachArtifactToImage(attachment('x'.repeat(100_000), { fetchOpts: retrying }))
  await assert.rejects(attached, because(/expected 201, received 400/, 400))
  const [first, second] = registry.journal.expect({ method: 'PUT', route: 'upload' }, 2)
  assert.equal(second.path, first.path)
})

test('wrong: an upload whose answer is lost fails, though it was carried out', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  registry.faults.add({ method: 'PUT', route: 'upload', fault: 'reset', at: 'unanswered', once: true })
  const attached = attachArtifactToImage(attachment('an SBOM', { fetchOpts: retrying }))
  await assert.rejects(attached, because(/expected 201, received 404/, 404))
})

for (const fault of ['reset', 'end']) {
  test(`wrong: a body that breaks off (${fault}) is not tried again`, async (t) => {
    const { registry, attachment, fallback } = await stockedRegistry(t, { referrers: false })
    await attachArtifactToImage(attachment('first'))
    registry.faults.add({ method: 'GET', reference: fallback, fault, at: 'during', once: true })
    const second = attachArtifactToImage(attachment('second', { fetchOpts: retrying }))
    await assert.rejects(second, because(/^Invalid response body .*(ECONNRESET|aborted)/))
  })
}

test('wrong: an index that arrives damaged is put back so', async (t) => {
  const { registry, attachment, fallback, get } = await stockedRegistry(t, { referrers: false })
  await attachArtifactToImage(attachment('first', { annotations: { note: 'x'.repeat(1000) } }))
  registry.faults.add({ method: 'GET', reference: fallback, fault: 'corrupt', offset: 800, once: true })
  await attachArtifactToImage(attachment('second'))
  const { manifests } = JSON.parse(await get(`manifests/${fallback}`))
  assert.equal(manifests.length, 2)
  assert.notEqual(manifests[0].annotations.note, 'x'.repeat(1000))
})

test('wrong: with a wrong Docker-Content-Digest it is attached to what is not there', async (t) => {
  const { registry, attachment, imageDigest, get } = await stockedRegistry(t)
  registry.faults.add({ method: 'HEAD', route: 'manifest', fault: 'digest-header' })
  const { subjectDigest } = await attachArtifactToImage(attachment('an SBOM'))
  assert.notEqual(subjectDigest, imageDigest)
  assert.deepEqual(JSON.parse(await get(`referrers/${imageDigest}`)).manifests, [])
})

test('wrong: a token that expires on the way is not renewed', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  registry.faults.add({ ...putManifest, fault: 'expired-token', once: true })
  const attached = attachArtifactToImage(attachment('an SBOM', { fetchOpts: retrying }))
  await assert.rejects(attached, because(/expected 201, received 401/, 401))
})

test('wrong: a registry that is broken at login is said to have an invalid challenge', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  registry.faults.add({ method: 'POST', route: 'uploads', fault: 'status', status: 503 })
  await assert.rejects(attachArtifactToImage(attachment('an SBOM')), because(/^Invalid challenge: $/))
})

test('wrong: of two that attach first at the same time, one is lost', async (t) => {
  const { registry, attachment, fallback, get } = await stockedRegistry(t, { referrers: false })
  // The one has read that there is no index yet, and is kept from writing it until the other has.
  const hold = registry.faults.add({
    ...putManifest,
    reference: fallback,
    account: 'alice',
    fault: 'status',
    status: 503,
  })
  const patient = { retry: { retries: 100_000, minTimeout: 1, factor: 1 } }
  const held = attachArtifactToImage(attachment('of alice', { fetchOpts: patient }))
  await registry.journal.waitFor({ ...putManifest, reference: fallback, status: 503 })
  const lost = await attachArtifactToImage(attachment('of bob', { credentials: bob }))
  hold.remove()
  const { digest } = await held
  const { manifests } = JSON.parse(await get(`manifests/${fallback}`))
  assert.deepEqual(
    manifests.map(({ digest }) => digest),
    [digest],
  )
  assert.notEqual(lost.digest, digest)
})

test('wrong: of two that attach later at the same time, one fails', async (t) => {
  const { registry, attachment, fallback } = await stockedRegistry(t, { referrers: false })
  await attachArtifactToImage(attachment('first'))
  const hold = registry.faults.add({
    ...putManifest,
    reference: fallback,
    account: 'alice',
    fault: 'status',
    status: 503,
  })
  const patient = { retry: { retries: 100_000, minTimeout: 1, factor: 1 } }
  const held = attachArtifactToImage(attachment('of alice', { fetchOpts: patient }))
  const refused = assert.rejects(held, because(/expected 201, received 412/, 412))
  await registry.journal.waitFor({ ...putManifest, reference: fallback, status: 503 })
  await attachArtifactToImage(attachment('of bob', { credentials: bob }))
  hold.remove()
  await refused
})
