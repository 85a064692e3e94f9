import t from 'tap'
import { sha256, types } from '../support/content.js'
import { envelope, quayFor, unauthorized, versions, type QuayWire } from '../support/quay-wire.js'

// quay.md §6: the referrers of 3.12, and where there are none.

const referrers = (digest: string, query = ''): string => `/v2/ns/repo/referrers/${digest}${query}`

const subjectOf = async (alice: QuayWire): Promise<{ digest: string; subject: object }> => {
  const text = await alice.imageText('ns/repo', 'subject')
  const digest = sha256(text)
  await alice.manifest('ns/repo', 'subject', text)
  return { digest, subject: { mediaType: types.image, digest, size: text.length } }
}

void t.test('a subject without referrers, and one with: JSON as Python indents it', async (t) => {
  const { wire } = await quayFor(t, { version: '3.12' })
  const alice = await wire.pushing()
  const { digest, subject } = await subjectOf(alice)
  const none = await alice.get(referrers(digest))
  t.equal(none.status, 200)
  t.equal(none.headers['content-type'], types.index)
  t.notOk('oci-filters-applied' in none.headers)
  t.equal(none.text, `{\n   "schemaVersion": 2,\n   "mediaType": "${types.index}",\n   "manifests": []\n}`)
  const annotations = { by: 'señor' }
  const text = await alice.imageText('ns/repo', 'signature', {
    more: { artifactType: 'application/vnd.example.signature', subject, annotations },
  })
  const pushed = await alice.manifest('ns/repo', sha256(text), text)
  t.equal(pushed.status, 201)
  t.notOk('oci-subject' in pushed.headers, 'no OCI-Subject: clients keep the tag as well')
  const one = await alice.get(referrers(digest))
  t.equal(
    one.text,
    String.raw`{
   "schemaVersion": 2,
   "mediaType": "application/vnd.oci.image.index.v1+json",
   "manifests": [
      {
         "mediaType": "application/vnd.oci.image.manifest.v1+json",
         "digest": "${sha256(text)}",
         "size": ${Buffer.byteLength(text)},
         "artifactType": "application/vnd.example.signature",
         "annotations": {
            "by": "se\u00f1or"
         }
      }
   ],
   "annotations": {
      "by": "se\u00f1or"
   }
}`,
  )
})

void t.test('artifactType filters by what stands in the manifest, and by nothing else', async (t) => {
  const { wire } = await quayFor(t, { version: '3.12' })
  const alice = await wire.pushing()
  const { digest, subject } = await subjectOf(alice)
  const typed = await alice.image('ns/repo', undefined, 'typed', { more: { artifactType: 'a/b', subject } })
  const untyped = await alice.image('ns/repo', undefined, 'untyped', { more: { subject } })
  const list = async (query: string): Promise<readonly [string[], string | undefined]> => {
    const reply = await alice.get(referrers(digest, query))
    const { manifests } = JSON.parse(reply.text) as { manifests: { digest: string; artifactType?: string }[] }
    return [manifests.map((one) => one.digest).toSorted(), reply.headers['oci-filters-applied']]
  }
  t.same(await list(''), [[typed, untyped].toSorted(), undefined])
  t.same(await list('?artifactType=a/b'), [[typed], 'artifactType'])
  t.same(await list('?artifactType=a%2Fb'), [[typed], 'artifactType'])
  t.same(await list(`?artifactType=${types.config}`), [[], 'artifactType'], 'not the type of the config')
  t.same(await list('?artifactType='), [[typed, untyped].toSorted(), 'artifactType'])
})

void t.test('a subject that no tag leads to is an error', async (t) => {
  const { wire } = await quayFor(t, { version: '3.12' })
  const alice = await wire.pushing()
  const hidden = await alice.image('ns/repo', undefined, 'hidden')
  for (const digest of [sha256('nothing'), hidden]) {
    const reply = await alice.get(referrers(digest))
    t.equal(reply.status, 400)
    t.equal(reply.text, envelope('MANIFEST_INVALID', 'manifest invalid', ''))
  }
  t.equal((await wire.get(referrers(hidden))).text, unauthorized)
  const malformed = await wire.get('/v2/ns/repo/referrers/sha256:abc')
  t.equal(malformed.status, 404)
  t.match(malformed.text, /<title>404 Not Found<\/title>/)
})

void t.test('what has a subject stays without a tag, and is listed after its tag is gone', async (t) => {
  let at = Date.UTC(2025, 7, 21)
  const { wire } = await quayFor(t, { version: '3.12', clock: () => at })
  const pusher = await wire.pushing()
  const { digest, subject } = await subjectOf(pusher)
  const one = await pusher.image('ns/repo', undefined, 'one', { more: { subject } })
  const two = await pusher.image('ns/repo', 'two', 'two', { more: { subject } })
  t.equal((await pusher.send('DELETE', `/v2/ns/repo/manifests/${two}`)).status, 202)
  at += 86_400_000
  const alice = await wire.pushing()
  t.equal((await alice.get(`/v2/ns/repo/manifests/${one}`)).status, 200)
  const { manifests } = JSON.parse((await alice.get(referrers(digest))).text) as { manifests: { digest: string }[] }
  t.same(manifests.map((entry) => entry.digest).toSorted(), [one, two].toSorted())
})

void t.test('what stands under the tag that clients fall back to is listed too', async (t) => {
  const { wire } = await quayFor(t, { version: '3.12' })
  const alice = await wire.pushing()
  const { digest } = await subjectOf(alice)
  const text = await alice.imageText('ns/repo', 'old signature')
  await alice.manifest('ns/repo', sha256(text), text)
  await alice.index('ns/repo', digest.replace(':', '-'), [{ digest: sha256(text), size: text.length }])
  const { manifests } = JSON.parse((await alice.get(referrers(digest))).text) as { manifests: object[] }
  t.same(manifests, [{ mediaType: types.image, digest: sha256(text), size: text.length }])
})

void t.test('before 3.12 there is no such page, and without FEATURE_REFERRERS_API it is not found', async (t) => {
  for (const version of versions.filter((one) => one !== '3.12')) {
    const { wire } = await quayFor(t, { version })
    const reply = await wire.get(referrers(sha256('nothing')))
    t.equal(reply.status, 404, version)
    t.match(reply.text, /<title>404 Not Found<\/title>/)
    t.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
  }
  const { wire } = await quayFor(t, { version: '3.12', config: { FEATURE_REFERRERS_API: false } })
  const off = await wire.get(referrers(sha256('nothing')))
  t.equal(off.status, 404)
  t.equal(off.text, '{"error": "Not Found"}')
  t.equal(off.headers['content-type'], 'text/html; charset=utf-8')
})
