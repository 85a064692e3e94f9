import t from 'tap'
import { sha256, types } from '../support/content.js'
import { envelope, quayFor, versions, type QuayWire } from '../support/quay-wire.js'

// quay.md §6: TAG_EXPIRED, the time machine, and quay.expires-after, at a time that stands still until it is put forward.

const day = 86_400_000
const start = Date.UTC(2025, 7, 21)

const statusOf = async (wire: QuayWire, tag: string): Promise<string> => {
  // Tokens last an hour.
  const alice = await wire.as('repository:ns/repo:pull')
  const reply = await alice.get(`/v2/ns/repo/manifests/${tag}`, { Accept: types.image })
  if (reply.status === 200) return 'there'
  return (JSON.parse(reply.text) as { errors: { code: string }[] }).errors[0]?.code ?? ''
}

void t.test('a tag that is gone has expired for two weeks, and then was never there', async (t) => {
  for (const version of versions) {
    let at = start
    const { wire } = await quayFor(t, { version, clock: () => at })
    const alice = await wire.pushing()
    const digest = await alice.image('ns/repo', '1')
    await alice.send('DELETE', `/v2/ns/repo/manifests/${digest}`)
    const reply = await alice.get('/v2/ns/repo/manifests/1')
    t.equal(reply.status, 404)
    t.equal(reply.text, envelope('TAG_EXPIRED', 'Tag 1 was deleted or has expired. To pull, revive via time machine'))
    at += 14 * day - 1
    t.equal(await statusOf(wire, '1'), 'TAG_EXPIRED', version)
    at += 1
    t.equal(await statusOf(wire, '1'), 'MANIFEST_UNKNOWN', version)
  }
  let at = start
  const { wire } = await quayFor(t, { clock: () => at, config: { DEFAULT_TAG_EXPIRATION: '1d' } })
  const alice = await wire.pushing()
  await alice.send('DELETE', `/v2/ns/repo/manifests/${await alice.image('ns/repo', '1')}`)
  at += day
  t.equal(await statusOf(wire, '1'), 'MANIFEST_UNKNOWN', 'or as long as DEFAULT_TAG_EXPIRATION says')
})

void t.test('what was deleted can be brought back through the API', async (t) => {
  const { wire } = await quayFor(t, {
    quay: {
      users: { alice: 'password1' },
      organizations: {
        ns: {
          owners: ['alice'],
          repositories: { repo: {} },
          applications: { tool: { tokens: [{ user: 'alice', token: 'A'.repeat(40) }] } },
        },
      },
    },
  })
  const alice = await wire.pushing()
  const digest = await alice.image('ns/repo', '1')
  await alice.send('DELETE', `/v2/ns/repo/manifests/${digest}`)
  const restored = await wire.send('POST', '/api/v1/repository/ns/repo/tag/1/restore', {
    headers: { Authorization: `Bearer ${'A'.repeat(40)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ manifest_digest: digest }),
  })
  t.equal(restored.status, 200, restored.text)
  t.equal(await statusOf(wire, '1'), 'there')
})

void t.test('quay.expires-after ends a tag so long after its push', async (t) => {
  for (const version of versions) {
    let at = start
    const { wire } = await quayFor(t, { version, clock: () => at })
    const alice = await wire.pushing()
    await alice.image('ns/repo', 'label', 'one', { labels: { 'quay.expires-after': '2h' } })
    await alice.image('ns/repo', 'annotation', 'two', { more: { annotations: { 'quay.expires-after': '2h' } } })
    await alice.image('ns/repo', 'nonsense', 'three', { labels: { 'quay.expires-after': 'soon' } })
    at += 2 * 3600_000 - 1
    t.equal(await statusOf(wire, 'label'), 'there', version)
    at += 1
    t.equal(await statusOf(wire, 'label'), 'TAG_EXPIRED', version)
    t.equal(await statusOf(wire, 'annotation'), 'TAG_EXPIRED', version)
    t.equal(await statusOf(wire, 'nonsense'), 'there', version)
    const later = await wire.as('repository:ns/repo:pull')
    t.equal((await later.get('/v2/ns/repo/tags/list')).text, '{"name":"ns/repo","tags":["nonsense"]}\n')
  }
})

void t.test('a second push of the same counts from 3.9 on', async (t) => {
  for (const version of versions) {
    let at = start
    const { wire } = await quayFor(t, { version, clock: () => at })
    const labels = { 'quay.expires-after': '1d' }
    await (await wire.pushing()).image('ns/repo', 'first', 'same', { labels })
    at += 1000
    await (await wire.pushing()).image('ns/repo', 'again', 'same', { labels })
    at += day
    t.equal(await statusOf(wire, 'first'), 'TAG_EXPIRED')
    const counts = version === '3.11' || version === '3.12'
    t.equal(await statusOf(wire, 'again'), counts ? 'TAG_EXPIRED' : 'there', version)
  }
})

void t.test('an index ends when all that it names agree', async (t) => {
  let at = start
  const { wire } = await quayFor(t, { clock: () => at })
  const alice = await wire.pushing()
  const child = async (content: string, span?: string): Promise<{ digest: string; size: number; platform: object }> => {
    const labels = span === undefined ? {} : { 'quay.expires-after': span }
    const text = await alice.imageText('ns/repo', content, { labels })
    await alice.manifest('ns/repo', sha256(text), text)
    return { digest: sha256(text), size: text.length, platform: { os: 'linux', architecture: content } }
  }
  const [one, two, three, none] = [
    await child('amd64', '1d'),
    await child('arm64', '1d'),
    await child('s390x', '2d'),
    await child('ppc64le'),
  ]
  await alice.index('ns/repo', 'agreed', [one, two])
  await alice.index('ns/repo', 'torn', [one, three])
  await alice.index('ns/repo', 'half', [one, none])
  at += day
  const later = await wire.as('repository:ns/repo:pull')
  t.equal((await later.get('/v2/ns/repo/tags/list')).text, '{"name":"ns/repo","tags":["torn","half"]}\n')
})
