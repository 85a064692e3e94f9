import t from 'tap'
import { artifact, image, index, random } from 'start-registry'
import { registryFor } from '../support/registries.js'
import { makeKeys, sign } from '../support/signing.js'
import { pushChart, pushHostileImage, readable, script, Visitor } from '../support/pages.js'

const { own, stranger } = makeKeys()

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

void t.test('from organizations to the manifest of a tag', async (t) => {
  const { registry } = await registryFor(t)
  const { digests } = await registry.seed({
    'team/app:1.0': image({ layers: [{ 'etc/motd': 'hello\n' }, random(200_000)], labels: { tier: 'web' } }),
    'team/app:all': index({ 'linux/amd64': image(), 'linux/arm64': image() }),
    'tool:latest': image(),
  })
  const visitor = new Visitor(registry)
  const rows: readonly [path: string, expected: readonly (string | RegExp)[]][] = [
    ['/', ['2 organizations, 2 repositories', 'library 1 repository', 'team 1 repository', 'Create an organization']],
    ['/organization/team', ['team/app 2 tags', '1 repository']],
    ['/organization/library', ['tool 1 tag']],
    ['/repository/team/app/', ['2 tags, 4 manifests', '1.0 Image', 'all Index 2 manifests', 'Without a tag']],
    ['/repository/team/app', ['2 tags, 4 manifests']],
    ['/repository/team/app/?filter=AL', ['all Index']],
    ['/repository/team/app/?filter=none', ['No tag has “none” in its name']],
    [
      '/repository/team/app/tag/1.0',
      [
        'Platform linux/amd64',
        '2 layers, 20',
        'tier web',
        `podman pull --tls-verify=false ${registry.host}/team/app:1.0`,
        `docker pull ${registry.host}/team/app:1.0`,
        `crane pull --insecure ${registry.host}/team/app:1.0 image.tar`,
        'Nothing is signed or attested',
      ],
    ],
    [
      `/repository/team/app/manifest/${digests['team/app:1.0']}`,
      [`${registry.host}/team/app@${digests['team/app:1.0']}`],
    ],
    ['/repository/team/app/tag/all', ['2 manifests', 'linux/amd64 Image', 'linux/arm64 Image']],
  ]
  for (const [path, expected] of rows) {
    const { status, headers, text } = await visitor.get(path)
    t.equal(status, 200, path)
    t.equal(headers.get('content-type'), 'text/html; charset=utf-8')
    t.equal(headers.get('content-security-policy'), policy)
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    for (const one of expected) t.match(readable(text), one, path)
    t.notMatch(text, /<style|<script>| style=| on\w+=/, 'nothing inline')
  }
})

void t.test(
  'what is not there is a page with 404, and what is none of its pages is left to the registry',
  async (t) => {
    const { registry } = await registryFor(t)
    const visitor = new Visitor(registry)
    for (const path of [
      '/organization/none',
      '/organization/NO',
      '/repository/none/',
      '/repository/a/tag/1',
      '/repository/A/',
      `/repository/a/manifest/sha256:${'0'.repeat(64)}`,
      `/repository/a/layer/sha256:${'0'.repeat(64)}`,
      '/repository/a/manifest/none',
      '/assets/style.0000.css',
      '/login',
    ]) {
      const { status, text } = await visitor.get(path)
      t.equal(status, 404, path)
      t.match(readable(text), 'There is nothing here')
    }
    t.match((await visitor.get('/charts/team/index.yaml')).headers.get('content-type'), 'application/yaml')
    t.equal((await fetch(`${registry.url}/live`, { method: 'DELETE' })).status, 405)
  },
)

void t.test('its files are kept by their hash', async (t) => {
  const { registry } = await registryFor(t)
  const visitor = new Visitor(registry)
  const { text } = await visitor.get('/')
  const files = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path as string)
  t.same(new Set(files.map((path) => /\w+$/.exec(path)?.[0])), new Set(['svg', 'css', 'js']))
  for (const path of files) {
    const { status, headers, text } = await visitor.get(path)
    t.equal(status, 200)
    t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable')
    t.not(text, '')
  }
})

void t.test('tags are paged', async (t) => {
  const { registry } = await registryFor(t)
  const tags = Array.from({ length: 250 }, (_, n) => [`app:v${String(n).padStart(3, '0')}`, 'app:v'] as const)
  await registry.seed({ 'app:v': image(), ...Object.fromEntries(tags) })
  const visitor = new Visitor(registry)
  const seen: string[] = []
  let pages = 0
  for (let path: string | undefined = '/repository/app/'; path !== undefined; pages++) {
    const { text } = await visitor.get(path)
    seen.push(...Array.from(text.matchAll(/href="\/repository\/app\/tag\/([^"]+)"/g), ([, tag]) => tag as string))
    const next = /<a href="(\?[^"]+)" rel="next"/.exec(text)?.[1]
    path = next && `/repository/app/${next.replaceAll('&amp;', '&')}`
  }
  t.equal(pages, 3)
  t.same(seen, ['v', ...tags.map(([name]) => name.slice(4))])
})

void t.test('what refers to a manifest, and its signatures with their verdicts', async (t) => {
  const { registry, wire } = await registryFor(t, {
    admission: [{ repositories: 'team/*', keys: [own.publicPem], actions: 'tag', signers: [] }],
  })
  const { digests } = await registry.seed({
    'team/app:1': image(),
    'team/app@sbom': artifact({ type: 'application/spdx+json', files: { 'sbom.json': '{}' }, subject: 'team/app:1' }),
    'team/app@deep': artifact({ type: 'application/vnd.deep', subject: 'team/app@sbom' }),
    'open/app:1': image(),
  })
  await sign(wire, 'team/app', digests['team/app:1'], { key: own, form: 'sig-tag', annotations: { env: 'prod' } })
  await sign(wire, 'team/app', digests['team/app:1'], { key: stranger, form: 'bundle' })
  await sign(wire, 'open/app', digests['open/app:1'], { key: own, form: 'sig-tag' })
  const visitor = new Visitor(registry)
  const checked = readable((await visitor.get('/repository/team/app/tag/1')).text)
  t.match(checked, '1 of 2 signatures verified with the keys of the admission rules')
  t.match(checked, /verified signature behind a tag .* ecdsa-p256-sha256 env prod/)
  t.match(checked, /not verified sigstore bundle .* tried ecdsa-p256-sha256 SIG_INVALID/)
  t.match(checked, /What refers to it .*spdx\+json Artifact 4 B sha256:\w+… deep Artifact/)
  t.match(checked, /sha256-\w{12}….sig Signature .* by its tag/)
  const open = readable((await visitor.get('/repository/open/app/tag/1')).text)
  t.match(open, 'No key is configured for this repository')
  t.match(open, 'not checked signature behind a tag')
})

void t.test('a chart with its README and values', async (t) => {
  const { registry, wire } = await registryFor(t)
  await pushChart(wire, 'charts/etherpad', '0.0.4_a', {
    about: { version: '0.0.4+a', description: 'A pad', dependencies: [{ name: 'redis', version: '1.x' }] },
    files: {
      'Chart.yaml': 'name: etherpad',
      'charts/redis/README.md': 'of another',
      'README.md': '# Etherpad\n\nIt **pads**.\n\n- one\n- [two](https://example.com)\n\n```\nhelm install\n```\n',
      'values.yaml': 'replicas: 1\n',
    },
  })
  const { text } = await new Visitor(registry).get('/repository/charts/etherpad/tag/0.0.4_a')
  t.match(text, '<h3>Etherpad</h3>')
  t.match(text, '<strong>pads</strong>')
  t.match(text, '<li>two (https://example.com)</li>')
  t.match(readable(text), 'replicas: 1')
  t.match(readable(text), `helm pull --plain-http oci://${registry.host}/charts/etherpad --version 0.0.4+a`)
  t.match(readable(text), 'Dependencies redis 1.x')
  t.notMatch(text, 'of another')
})

void t.test('text of others is text on every page', async (t) => {
  const { registry, wire } = await registryFor(t)
  await pushHostileImage(wire, 'team/evil', '1')
  await pushChart(wire, 'team/chart', '1', {
    about: { description: script, home: 'javascript:alert(1)', maintainers: [{ name: script }], version: script },
    files: { 'README.md': `# ${script}\n\n${script}\n\n[${script}](javascript:alert(1))\n`, 'values.yaml': script },
  })
  await fetch(`${registry.url}/v2/team/evil/manifests/${encodeURIComponent(script)}`, {
    headers: { 'user-agent': script },
  })
  const visitor = new Visitor(registry)
  const image = (await visitor.get('/repository/team/evil/tag/1')).text
  const layer = /href="(\/repository\/team\/evil\/layer\/[^"]+)"/.exec(image)?.[1] as string
  const file = `?path=${encodeURIComponent(`etc/${script.replaceAll('/', '')}`)}`
  for (const path of [
    '/repository/team/evil/tag/1',
    '/repository/team/chart/tag/1',
    layer,
    layer + file,
    `${layer}?filter=${encodeURIComponent(script)}`,
    `/repository/team/evil/?filter=${encodeURIComponent(script)}`,
    `/?filter=${encodeURIComponent(script)}`,
    '/live',
  ]) {
    const { status, text } = await visitor.get(path)
    t.equal(status, 200, path)
    t.match(text, /&lt;script&gt;|%3Cscript%3E/, 'it is there')
    t.notMatch(text, /<script>|<img src=x|href="javascript:/, path)
  }
})

void t.test('an organization is created, and remembered until the registry goes back', async (t) => {
  const { registry } = await registryFor(t)
  const visitor = new Visitor(registry)
  const created = await visitor.post('/', { name: 'helm' })
  t.equal(created.status, 303)
  t.equal(created.headers.get('location'), '/organization/helm')
  t.match(
    readable((await visitor.get('/organization/helm')).text),
    `podman push --tls-verify=false IMAGE ${registry.host}/helm/app:1.0`,
  )
  t.match(readable((await visitor.get('/')).text), 'helm 0 repositories')
  for (const name of ['', 'No', 'a/b', '../x', script]) {
    const { status, text } = await visitor.post('/', { name })
    t.equal(status, 422, name)
    t.match(readable(text), 'A name is lower-case letters and digits')
  }
  await registry.reset()
  t.equal((await visitor.get('/organization/helm')).status, 404)
})

void t.test('without an inspector there is no page', async (t) => {
  const { registry } = await registryFor(t, { inspector: false })
  for (const path of ['/', '/live', '/repository/a/', '/assets/x']) {
    const reply = await fetch(registry.url + path)
    t.equal(reply.status, 404)
    t.match(await reply.json(), { errors: [{ code: 'NOT_FOUND' }] })
  }
  t.throws(() => registry.journal.expectNothingUnexpected(), /there is no such page/)
})
