import t from 'tap'
import { descriptor, imageManifest, sha256, types, type Wire } from '../support/content.js'
import { registryFor, storages } from '../support/registries.js'

const subject = `sha256:${'a'.repeat(64)}`

interface Index {
  readonly manifests: readonly {
    readonly digest: string
    readonly artifactType?: string
    readonly annotations?: object
  }[]
}

async function pushReferrer(wire: Wire, more: Readonly<Record<string, unknown>>): Promise<string> {
  const text = imageManifest(descriptor(types.empty, '{}'), [], {
    subject: { mediaType: types.image, digest: subject, size: 1 },
    ...more,
  })
  const reply = await wire.manifest('app', sha256(text), text)
  if (reply.status !== 201) throw new Error(reply.text)
  return sha256(text)
}

const list = async (
  wire: Wire,
  query = '',
): Promise<{ index: Index; link: string | undefined; filters: string | undefined }> => {
  const { text, headers } = await wire.get(`/v2/app/referrers/${subject}${query}`)
  return { index: JSON.parse(text) as Index, link: headers['link'], filters: headers['oci-filters-applied'] }
}

for (const where of ['memory', 'disk'] as const) {
  void t.test(where, async (t) => {
    const { wire } = await registryFor(t, { storage: storages(t).find(([name]) => name === where)?.[1] })
    await wire.blob('app', '{}')

    await t.test("the artifact type is the manifest's own, or its config's", async (t) => {
      const own = await pushReferrer(wire, { artifactType: 'application/vnd.example.own' })
      const config = await pushReferrer(wire, {})
      const { index } = await list(wire)
      t.same(
        index.manifests.map(({ digest, artifactType }) => [digest, artifactType]),
        [
          [own, 'application/vnd.example.own'],
          [config, types.empty],
        ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      )
    })

    await t.test('pages by n and Link, with and without a filter', async (t) => {
      const digests: string[] = []
      for (let n = 0; n < 7; n++)
        digests.push(await pushReferrer(wire, { artifactType: 'application/x-paged', annotations: { n: String(n) } }))
      const seen: string[] = []
      let query: string | undefined = '?artifactType=application/x-paged&n=3'
      let pages = 0
      while (query !== undefined) {
        const { index, link, filters } = await list(wire, query)
        t.equal(filters, 'artifactType')
        seen.push(...index.manifests.map(({ digest }) => digest))
        query = /<[^?>]*(\?[^>]*)>; rel="next"/.exec(link ?? '')?.[1]
        pages++
      }
      t.equal(pages, 3)
      t.same(seen, digests.toSorted())
    })

    await t.test('a page stays below 4 MiB', async (t) => {
      for (let n = 0; n < 3; n++)
        await pushReferrer(wire, {
          artifactType: 'application/x-big',
          annotations: { n: String(n), pad: 'x'.repeat(2 << 20) },
        })
      const first = await wire.get(`/v2/app/referrers/${subject}?artifactType=application/x-big`)
      t.ok(first.body.length < 4 << 20, `${first.body.length} bytes`)
      t.match(first.headers['link'], /rel="next"/)
    })

    await t.test('a deleted referrer is gone', async (t) => {
      const digest = await pushReferrer(wire, { artifactType: 'application/x-gone' })
      await wire.send('DELETE', `/v2/app/manifests/${digest}`)
      t.same((await list(wire, '?artifactType=application/x-gone')).index.manifests, [])
    })
  })
}

void t.test('without the API there is a 404 that is no NAME_UNKNOWN, and no promise on a push', async (t) => {
  const { wire } = await registryFor(t, { referrers: false })
  await wire.blob('app', '{}')
  const text = imageManifest(descriptor(types.empty, '{}'), [], {
    subject: { mediaType: types.image, digest: subject, size: 1 },
  })
  const pushed = await wire.manifest('app', '1', text)
  t.equal(pushed.status, 201)
  t.equal(pushed.headers['oci-subject'], undefined)
  const reply = await wire.get(`/v2/app/referrers/${subject}`)
  t.equal(reply.status, 404)
  t.match(reply.text, /"code":"NOT_FOUND"/)
})
