import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { attachArtifactToImage, getImageDigest } from '@sigstore/oci'
import { alice, stockedRegistry } from './registry.js'

test('an artifact is pushed, and found by its subject', async (t) => {
  const { registry, attachment, imageDigest, get } = await stockedRegistry(t)
  const { digest, subjectDigest } = await attachArtifactToImage(
    attachment('an SBOM', { annotations: { from: 'a test' } }),
  )
  assert.equal(subjectDigest, imageDigest)
  const { manifests } = JSON.parse(await get(`referrers/${imageDigest}`))
  assert.deepEqual(
    manifests.map(({ digest, artifactType, annotations: { from } }) => ({ digest, artifactType, from })),
    [{ digest, artifactType: 'application/vnd.example.sbom', from: 'a test' }],
  )
  const { layers } = JSON.parse(await get(`manifests/${digest}`))
  assert.equal(String(await get(`blobs/${layers[0].digest}`)), 'an SBOM')
  registry.journal.expectNothingUnexpected()
})

test('the same artifact is uploaded once', async (t) => {
  const { registry, attachment } = await stockedRegistry(t)
  await attachArtifactToImage(attachment('an SBOM'))
  const later = registry.journal.mark()
  await attachArtifactToImage(attachment('an SBOM'))
  later.expect({ method: 'HEAD', route: 'blob', status: 200 }, 2)
  later.expect({ method: 'PUT', route: 'upload' }, 0)
})

test('a tag is read', async (t) => {
  const { imageName, imageDigest } = await stockedRegistry(t)
  assert.equal(await getImageDigest({ imageName, imageTag: '1', credentials: alice }), imageDigest)
})

test('without a referrers API a tag leads to what is attached', async (t) => {
  const { registry, attachment, fallback, get } = await stockedRegistry(t, { referrers: false })
  const first = await attachArtifactToImage(attachment('first'))
  const second = await attachArtifactToImage(attachment('second'))
  const { manifests } = JSON.parse(await get(`manifests/${fallback}`))
  assert.deepEqual(
    manifests.map(({ digest }) => digest),
    [first.digest, second.digest],
  )
  const [, { headers }] = registry.journal.expect({ method: 'PUT', reference: fallback, status: 201 }, 2)
  assert.match(headers['if-match'], /^"sha256:/)
})

test('wrong: a size counts letters and not bytes', async (t) => {
  const { attachment, fallback, get } = await stockedRegistry(t, { referrers: false })
  const { digest } = await attachArtifactToImage(attachment('an SBOM', { annotations: { author: 'Zoë' } }))
  const bytes = await get(`manifests/${digest}`)
  assert.equal(`sha256:${createHash('sha256').update(bytes).digest('hex')}`, digest)
  const { manifests } = JSON.parse(await get(`manifests/${fallback}`))
  assert.equal(manifests[0].size, bytes.length - 1)
})

test('wrong: no registry with an IPv6 address, and none on this machine with TLS', async (t) => {
  const { registry, attachment } = await stockedRegistry(t, { tls: true })
  const imageName = `[::1]:${registry.port}/team/app`
  await assert.rejects(
    attachArtifactToImage(attachment('an SBOM', { imageName })),
    /^Error: Invalid image name: \[::1\]/,
  )
  await assert.rejects(attachArtifactToImage(attachment('an SBOM')))
  const [{ scheme }] = registry.journal.expect({ status: 400 }, 1)
  assert.equal(scheme, 'http')
})
