import { artifact, attested, chart, image, index, layer, random, signed, type SeedPlan } from 'start-registry'
import t from 'tap'
import { types } from '../support/content.js'
import { registryFor } from '../support/registries.js'

void t.test('names stand for digests, in any order', async (t) => {
  const { registry, wire } = await registryFor(t)
  const app = image()
  const plan: SeedPlan = {
    'team/app@sbom': artifact({
      type: 'application/spdx+json',
      files: { 'sbom.json': '{}' },
      subject: 'team/app:multi',
    }),
    'team/app:multi': index({ 'linux/amd64': 'team/app:1', 'linux/arm64': image() }),
    'team/app': 'team/app:1',
    'team/app:1': app,
    'team/app:again': app,
    'prod/app:1': 'team/app:1',
  }
  const { digests, contents } = await registry.seed(plan)
  const reversed = await (await registryFor(t)).registry.seed(Object.fromEntries(Object.entries(plan).toReversed()))
  t.same(reversed.digests, digests)
  t.same(Object.keys(digests), Object.keys(plan))
  for (const name of ['team/app', 'team/app:again', 'prod/app:1']) t.equal(digests[name], digests['team/app:1'], name)
  t.match(contents['team/app:multi']?.manifest, {
    manifests: [
      { digest: digests['team/app:1'], platform: { os: 'linux', architecture: 'amd64' } },
      { digest: /^sha256:/, platform: { os: 'linux', architecture: 'arm64' } },
    ],
  })
  const tags = await wire.get('/v2/team/app/tags/list')
  t.same(JSON.parse(tags.text), { name: 'team/app', tags: ['1', 'again', 'latest', 'multi'] })
  const referrers = await wire.get(`/v2/team/app/referrers/${digests['team/app:multi']}`)
  t.match(JSON.parse(referrers.text), {
    manifests: [{ digest: digests['team/app@sbom'], artifactType: 'application/spdx+json' }],
  })
  t.match(contents['team/app@sbom'], { tag: undefined, repository: 'team/app' })
})

void t.test('what is there already can be named too', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', 'pushed')
  const { digests, contents } = await registry.seed({
    'team/app:1': 'team/app:pushed',
    'team/app:multi': index(['team/app:pushed', `team/app@${digest}`]),
    'team/app@note': artifact({ type: 'application/x-note', subject: 'team/app:pushed' }),
  })
  t.equal(digests['team/app:1'], digest)
  t.match(contents['team/app:multi'].manifest, { manifests: [{ digest, mediaType: types.image }, { digest }] })
  t.match(contents['team/app@note'].manifest, { subject: { digest } })
  await t.rejects(registry.seed({ 'prod/app:1': 'team/app:pushed' }), {
    message: /prod\/app:1 needs team\/app:pushed: what is there already is only found in its own repository/,
  })
})

void t.test('each thing has content of its own, and it follows from the seed', async (t) => {
  const { registry } = await registryFor(t)
  const of = async (seed?: number): Promise<readonly string[]> =>
    Object.values(
      (
        await registry.seed(
          {
            'a:1': image(),
            'a:2': image(),
            'a:3': image({ layers: [random(100)] }),
            'a:4': image({ layers: [random(100)] }),
            'a:5': image({ layers: [random(100, 'own')] }),
            'a:6': image({ layers: [random(100, 'own')] }),
          },
          { seed },
        )
      ).digests,
    )
  const [first, again, other] = [await of(), await of(1), await of(2)]
  t.same(first, again)
  t.equal(new Set(first).size, 5)
  t.equal(first[4], first[5])
  t.same(
    first.map((digest, position) => digest === other[position]),
    [false, false, false, false, true, true],
  )
  const { digests } = await registry.seed(
    { 'a:1': image({ layers: [{ a: 'b' }] }) },
    { created: '2020-02-02T02:02:02Z' },
  )
  t.equal(digests['a:1'], 'sha256:14e049cef38eaf82b6ea15de89a9a525418952960e4f6cd8e88a8950a41050f3')
})

void t.test('a wrong plan says what is wrong, and puts nothing', async (t) => {
  const { registry, wire } = await registryFor(t)
  const wrong: readonly (readonly [plan: SeedPlan, message: string | RegExp])[] = [
    [
      { 'a:1': 'b:1', 'b:1': index(['c:1']), 'c:1': signed('a:1') },
      'names in a seed lead in a circle: a:1 → b:1 → c:1 → a:1',
    ],
    [{ 'a:1': 'a:1' }, 'names in a seed lead in a circle: a:1 → a:1'],
    [
      { 'team/app:1': image(), 'team/app:2': 'team/ap:1' },
      'team/app:2 needs team/ap:1, which is not in this seed (did you mean team/app:1?) and not there yet',
    ],
    [
      { 'team/app:1': image(), 'team/app@x': artifact({ type: 'a/b', subject: 'team/ap:1' }) },
      /team\/ap:1, the subject of team\/app@x: a subject is in the repository of what is about it, which is team\/app$/,
    ],
    [
      { 'a:1': image(), 'a@x': artifact({ type: 'a/b', subject: 'a:2' }) },
      'a@x needs a:2, which is not in this seed (did you mean a:1?) and not there yet',
    ],
    [
      { 'a:1': image(), 'a:2': index([image(), 'a:one']) },
      'a:2/1 needs a:one, which is not in this seed and not there yet',
    ],
    [{ a: image(), 'a:latest': image() }, 'a and a:latest in a seed are the same name'],
    [
      { 'Team/app:1': image() },
      '"Team/app:1" in a seed: a repository name is lower-case letters and digits, with single . _ or - between them and / between parts',
    ],
    [{ 'a:b:c': image() }, /^start-registry: "a:b:c" in a seed: a tag is 1 to 128 letters/],
    [
      { [`a@sha256:${'0'.repeat(64)}`]: image() },
      /its content says what its digest is; write a@word for something without a tag$/,
    ],
    [
      { 'a:1': { layers: [] } as unknown as string },
      'a:1 in a seed must be image(…), index(…), chart(…), artifact(…), signed(…), attested(…), or the name of one',
    ],
    [{ 'a:1': image(), 'b:1': chart('/nowhere') }, /^start-registry: cannot read the chart \/nowhere: ENOENT/],
    [{ 'a:1': image(), 'b:1': signed(image(), { key: '/nowhere' }) }, /^cannot read the key file: ENOENT/],
  ]
  for (const [plan, message] of wrong) {
    const expected = typeof message === 'string' ? `start-registry: ${message}` : message
    await t.rejects(registry.seed(plan), { message: expected })
  }
  t.same(JSON.parse((await wire.get('/v2/_catalog')).text), { repositories: [] })
})

void t.test('wrong options do not compile, and say what was meant', async (t) => {
  const { registry } = await registryFor(t)
  const files = 'an object of paths with text, bytes, random(…), file(…) or symlink(…)'
  const wrong: readonly (readonly [make: () => unknown, message: string])[] = [
    // @ts-expect-error: an option that there is not
    [() => image({ lables: {} }), 'unknown option lables of image(…) (did you mean labels?)'],
    // @ts-expect-error: not a platform
    [() => image({ platform: 'arm64' }), "platform of image(…) must be os/architecture, such as 'linux/arm64'"],
    // @ts-expect-error: not a compression
    [() => image({ compression: 'xz' }), "compression of image(…) must be 'gzip', 'zstd' or 'none'"],
    // @ts-expect-error: not a label
    [() => image({ labels: { a: 1 } }), 'labels of image(…) must be an object of text'],
    [() => image({ format: 'docker', annotations: {} }), "Docker's format of images has no annotations"],
    [
      () => image({ format: 'docker', layers: [layer({}, { compression: 'zstd' })] }),
      "Docker's format of images has no zstd",
    ],
    [() => image({ layers: [{}, {}], history: ['one'] }), 'history of image(…) must have a step for each layer'],
    [
      // @ts-expect-error: not content
      () => image({ layers: [{ a: 1 }] }),
      `layers of image(…) must be an array of random(…), layer(…), tars, and ${files}`,
    ],
    // @ts-expect-error: not a size
    [() => random('1'), 'random(…) takes a number of bytes'],
    // @ts-expect-error: a platform with a word too few
    [() => index({ linux: image() }), '"linux" in index(…) must be os/architecture, such as \'linux/arm64\''],
    // @ts-expect-error: nothing that can be in an index
    [() => index([1]), 'index(…) takes an array, or an object by platform, of images or their names'],
    // @ts-expect-error: an artifact has a type
    [() => artifact({ files: {} }), 'artifact(…) needs a type'],
    // @ts-expect-error: an option that there is not
    [() => artifact({ type: 'a/b', subjekt: 'a:1' }), 'unknown option subjekt of artifact(…) (did you mean subject?)'],
    // @ts-expect-error: not a type of chart
    [() => chart({ type: 'app' }), "type of chart(…) must be 'application' or 'library'"],
    // @ts-expect-error: a form that there is not
    [() => signed(image(), { form: 'sig' }), "form of signed(…) must be 'tag', 'referrer' or 'bundle'"],
    // @ts-expect-error: attestations do not have that form
    [() => attested(image(), { form: 'referrer', predicate: {} }), "form of attested(…) must be 'tag' or 'bundle'"],
    // @ts-expect-error: nothing is attested
    [() => attested(image(), {}), 'attested(…) needs a predicate'],
    [
      () => attested(image(), { predicate: 'x', type: 'vuln' }),
      'a predicate of the type vuln is an object, and not text',
    ],
    // @ts-expect-error: not a description
    [() => signed({ layers: [] }), 'signed(…) takes a description such as image(…), or the name of something'],
  ]
  for (const [make, message] of wrong) t.throws(make, { name: 'TypeError', message: `start-registry: ${message}` })
  // @ts-expect-error: not a description
  await t.rejects(registry.seed({ 'a:1': {} }), { name: 'TypeError' })
  // @ts-expect-error: an option that there is not
  await t.rejects(registry.seed({}, { sead: 1 }), {
    message: /unknown option sead of seed\(…\) \(did you mean seed\?\)/,
  })
  const { digests } = await registry.seed({ 'a:1': image() })
  // @ts-expect-error: a name that is not in the plan
  t.equal(digests['a:2'], undefined)
})
