import t from 'tap'
import { pushImage, pushIndex, start } from '../support/quay.js'
import { alice, bob, detail, play, quayWith } from '../support/quay-story.js'

const none = undefined

void t.test('repositories', async (t) => {
  const quay = quayWith()
  const body = { repository: 'new', namespace: 'helm', visibility: 'public', description: 'd', repo_kind: 'image' }
  await play(t, quay, alice, [
    ['POST repository', body, 201, '{"namespace": "helm", "name": "new", "kind": "image"}\n'],
    ['POST repository', body, 400, detail('Repository already exists')],
    ['POST repository', { ...body, repository: 'No' }, 400, detail('Invalid repository name')],
    ['POST repository', { ...body, repository: 'a/b' }, 201, { name: 'a/b' }],
    ['POST repository', { ...body, namespace: 'bob' }, 403],
    ['POST repository', { repository: 'x' }, 400, detail("'visibility' is a required property")],
    ['POST repository', { repository: 'mine', visibility: 'private', description: '' }, 201, { namespace: 'alice' }],
    [
      'GET repository?namespace=helm',
      none,
      200,
      '{"repositories": [{"namespace": "helm", "name": "a/b", "description": "d", "is_public": true, "kind": "image", "state": "NORMAL", "is_starred": false}, {"namespace": "helm", "name": "chart", "description": "a chart", "is_public": false, "kind": "image", "state": "NORMAL", "is_starred": false}, {"namespace": "helm", "name": "new", "description": "d", "is_public": true, "kind": "image", "state": "NORMAL", "is_starred": false}]}\n',
    ],
    [
      'GET repository/helm/new',
      none,
      200,
      '{"namespace": "helm", "name": "new", "kind": "image", "description": "d", "is_public": true, "is_organization": true, "is_starred": false, "status_token": "", "trust_enabled": false, "tag_expiration_s": 1209600, "is_free_account": true, "state": "NORMAL", "tags": {}, "can_write": true, "can_admin": true}\n',
    ],
    ['GET repository/helm/new?includeTags=false', none, 200, /^(?!.*"tags")/],
    ['PUT repository/helm/new', { description: 'other' }, 200, '{"success": true}\n'],
    ['POST repository/helm/new/changevisibility', { visibility: 'private' }, 200, '{"success": true}\n'],
    ['GET repository/helm/new', none, 200, { description: 'other', is_public: false, status_token: /^[0-9a-f-]{36}$/ }],
    ['GET repository/helm/none', none, 404],
    [
      'POST user/starred',
      { namespace: 'helm', repository: 'chart' },
      201,
      '{"namespace": "helm", "repository": "chart"}\n',
    ],
    ['GET repository?starred=true', none, 200, { repositories: [{ name: 'chart', is_starred: true }] }],
    [
      'GET user/starred',
      none,
      200,
      '{"repositories": [{"namespace": "helm", "name": "chart", "description": "a chart", "is_public": false}]}\n',
    ],
    ['DELETE user/starred/helm/chart', none, 204],
    ['GET user/starred', none, 200, '{"repositories": []}\n'],
    ['DELETE repository/helm/new', none, 204],
    ['GET repository/helm/new', none, 404],
  ])
  await play(t, quay, bob, [
    ['GET repository/helm/chart', none, 200, { can_write: false, can_admin: false }],
    ['PUT repository/helm/chart', { description: 'x' }, 403],
    ['DELETE repository/helm/chart', none, 403],
    ['GET repository/helm/none', none, 403],
    ['GET repository?namespace=helm', none, 200, { repositories: [{ name: 'chart' }] }],
    ['GET repository?namespace=helm&public=true', none, 200, { repositories: [{ name: 'a/b' }, { name: 'chart' }] }],
  ])
  await play(t, quay, undefined, [
    ['GET repository?namespace=helm', none, 200, '{"repositories": []}\n'],
    ['GET repository/helm/a/b', none, 200, { name: 'a/b', can_write: false }],
    ['GET repository/helm%2Fchart', none, 401],
    ['GET repository?starred=true', none, 400],
  ])
})

void t.test('public repositories, page by page', async (t) => {
  const quay = quayWith()
  for (let number = 0; number < 150; number++) {
    const repository = `r${String(number).padStart(3, '0')}`
    await quay.send('POST', '/api/v1/repository', {
      token: alice,
      body: { repository, visibility: 'public', description: '' },
    })
  }
  const first = await quay.send('GET', '/api/v1/repository?public=true')
  t.equal(first.json.repositories.length, 100)
  t.equal(first.json.repositories[0].name, 'r000')
  const next = first.json.next_page
  const second = await quay.send('GET', `/api/v1/repository?public=true&next_page=${next}`)
  t.equal(second.json.repositories.length, 50)
  t.equal(second.json.repositories[0].name, 'r100')
  t.notOk('next_page' in second.json)
  const forged = await quay.send('GET', '/api/v1/repository?public=true&next_page=x.y')
  t.equal(forged.json.repositories[0].name, 'r000', 'a token that is none begins again')
})

void t.test('tags and their history', async (t) => {
  const quay = quayWith()
  const one = await pushImage(quay, 'helm/chart', ['1.0', 'latest'], { text: 'one' })
  quay.now += 60_000
  const two = await pushImage(quay, 'helm/chart', ['latest'], { text: 'second' })
  await play(t, quay, alice, [
    [
      'GET repository/helm/chart/tag/',
      none,
      200,
      `{"tags": [{"name": "latest", "reversion": false, "start_ts": ${start / 1000 + 60}, "manifest_digest": "${two}", "is_manifest_list": false, "size": 6, "last_modified": "Thu, 21 Aug 2025 10:01:00 -0000"}, {"name": "1.0", "reversion": false, "start_ts": ${start / 1000}, "manifest_digest": "${one}", "is_manifest_list": false, "size": 3, "last_modified": "Thu, 21 Aug 2025 10:00:00 -0000"}, {"name": "latest", "reversion": false, "start_ts": ${start / 1000}, "end_ts": ${start / 1000 + 60}, "manifest_digest": "${one}", "is_manifest_list": false, "size": 3, "last_modified": "Thu, 21 Aug 2025 10:00:00 -0000", "expiration": "Thu, 21 Aug 2025 10:01:00 -0000"}], "page": 1, "has_additional": false}\n`,
    ],
    ['GET repository/helm/chart/tag/?limit=2', none, 200, { page: 1, has_additional: true, tags: [{}, {}] }],
    [
      'GET repository/helm/chart/tag/?limit=2&page=2',
      none,
      200,
      { page: 2, has_additional: false, tags: [{ name: 'latest' }] },
    ],
    ['GET repository/helm/chart/tag/?onlyActiveTags=true', none, 200, { tags: [{ name: 'latest' }, { name: '1.0' }] }],
    ['GET repository/helm/chart/tag/?specificTag=1.0', none, 200, { tags: [{ name: '1.0' }] }],
    [
      'GET repository/helm/chart/tag/?filter_tag_name=like:at',
      none,
      200,
      { tags: [{ name: 'latest' }, { name: 'latest' }] },
    ],
    ['GET repository/helm/chart/tag/?filter_tag_name=eq:1.0', none, 200, { tags: [{ name: '1.0' }] }],
    ['GET repository/helm/chart/tag/?filter_tag_name=x', none, 400],
    [
      'GET repository/helm/chart',
      none,
      200,
      {
        tags: {
          latest: { name: 'latest', size: 6, manifest_digest: two, last_modified: 'Thu, 21 Aug 2025 10:01:00 -0000' },
        },
      },
    ],
    ['POST repository/helm/chart/tag/latest/restore', { manifest_digest: one }, 200, '{}\n'],
    [
      'GET repository/helm/chart/tag/?specificTag=latest&limit=1',
      none,
      200,
      { tags: [{ reversion: true, manifest_digest: one }] },
    ],
    ['POST repository/helm/chart/tag/latest/restore', {}, 400, detail('Missing manifest_digest')],
    ['POST repository/helm/chart/tag/latest/restore', { manifest_digest: `sha256:${'0'.repeat(64)}` }, 404],
    ['PUT repository/helm/chart/tag/stable', { manifest_digest: two }, 201, '"Updated"\n'],
    ['PUT repository/helm/chart/tag/stable', { manifest_digest: `sha256:${'0'.repeat(64)}` }, 404],
    ['PUT repository/helm/chart/tag/-x', { manifest_digest: two }, 400, /^\{"message": "Invalid tag: must match/],
    ['PUT repository/helm/chart/tag/stable', { expiration: start / 1000 + 3600 }, 201, '"Updated"\n'],
    [
      'GET repository/helm/chart/tag/?specificTag=stable',
      none,
      200,
      { tags: [{ end_ts: start / 1000 + 3600, expiration: 'Thu, 21 Aug 2025 11:00:00 -0000' }] },
    ],
    ['PUT repository/helm/chart/tag/stable', { expiration: start / 1000 }, 400],
    ['PUT repository/helm/chart/tag/none', { expiration: null }, 404],
    ['DELETE repository/helm/chart/tag/1.0', none, 204],
    ['DELETE repository/helm/chart/tag/1.0', none, 404],
  ])
  t.equal(await quay.store.tag('helm/chart', 'stable'), two)
  quay.now = start + 3_600_000
  await play(t, quay, alice, [
    ['GET repository/helm/chart/tag/?onlyActiveTags=true', none, 200, { tags: [{ name: 'latest' }] }],
  ])
  t.equal(await quay.store.tag('helm/chart', 'stable'), undefined, 'its time was over')
  await play(t, quay, bob, [
    ['GET repository/helm/chart/tag/', none, 200],
    ['DELETE repository/helm/chart/tag/latest', none, 403],
  ])
  await play(t, quay, alice, [
    ['PUT repository/helm/chart/changestate', { state: 'READ_ONLY' }, 200],
    [
      'DELETE repository/helm/chart/tag/latest',
      none,
      503,
      '{"message": "Repository is in read only or mirror mode: RepositoryState.READ_ONLY"}\n',
    ],
    ['PUT repository/helm/chart/changestate', { state: 'NORMAL' }, 200],
    ['DELETE repository/helm/chart/tag/latest?skipRecoveryPeriod=true', none, 204],
    ['GET repository/helm/chart/tag/?specificTag=latest', none, 200, { tags: [] }],
    ['DELETE repository/helm/chart', none, 204],
  ])
  t.same((await quay.store.tags('helm/chart', { limit: 1 }))?.items ?? [], [])
})

void t.test('manifests and labels', async (t) => {
  for (const [version, more] of [
    ['3.7', ''],
    ['3.12', '"layers_compressed_size": 5, '],
  ] as const) {
    const quay = quayWith({ version })
    const digest = await pushImage(quay, 'helm/chart', ['1.0'], {
      labels: { maintainer: 'me' },
      annotations: { 'org.example': '{"a": 1}' },
    })
    const { text, json } = await quay.send('GET', `/api/v1/repository/helm/chart/manifest/${digest}`, { token: alice })
    t.ok(
      text.startsWith(`{"digest": "${digest}", "is_manifest_list": false, "manifest_data": "{\\"schemaVersion\\":2,`),
    )
    t.match(
      text,
      `"config_media_type": "application/vnd.oci.image.config.v1+json", ${more}"layers": [{"index": 0, "compressed_size": 5, "is_remote": false, "urls": null, "command": ["/bin/sh -c #(nop) ADD file"], "comment": "base", "author": "me", "blob_digest": "sha256:`,
    )
    t.match(json.layers, [{ created_datetime: 'Thu, 21 Aug 2025 10:00:00 -0000' }])
    const labels = await quay.send('GET', `/api/v1/repository/helm/chart/manifest/${digest}/labels`, { token: alice })
    t.match(
      labels.text,
      /^\{"labels": \[\{"id": "[0-9a-f-]{36}", "key": "maintainer", "value": "me", "source_type": "manifest", "media_type": "text\/plain"\}, \{"id": "[0-9a-f-]{36}", "key": "org.example", "value": "\{\\"a\\": 1\}", "source_type": "manifest", "media_type": "application\/json"\}\]\}\n$/,
    )
    const added = await quay.send('POST', `/api/v1/repository/helm/chart/manifest/${digest}/labels`, {
      token: alice,
      body: { key: 'mine', value: 'yes', media_type: null },
    })
    const id = added.json.label.id
    t.equal(added.status, 201)
    t.equal(
      added.headers['Location'],
      `/api/v1/repository/helm/chart/manifest/${digest.replace(':', '%3A')}/labels/${id}`,
    )
    const fixed = labels.json.labels[0].id
    await play(t, quay, alice, [
      [
        `GET repository/helm/chart/manifest/${digest}/labels/${id}`,
        none,
        200,
        { key: 'mine', source_type: 'api', media_type: 'text/plain' },
      ],
      [`GET repository/helm/chart/manifest/${digest}/labels?filter=mi`, none, 200, { labels: [{ key: 'mine' }] }],
      [`GET repository/helm/chart/manifest/${digest}/labels/${fixed}`, none, 200, { key: 'maintainer' }],
      [
        `DELETE repository/helm/chart/manifest/${digest}/labels/${fixed}`,
        none,
        400,
        '{"message":"Cannot delete immutable label"}\n',
      ],
      [`DELETE repository/helm/chart/manifest/${digest}/labels/${id}`, none, 204],
      [`GET repository/helm/chart/manifest/${digest}/labels/${id}`, none, 404],
      [
        `POST repository/helm/chart/manifest/${digest}/labels`,
        { key: 'quay.expires-after', value: '1d', media_type: null },
        400,
        '{"message": "Label has a reserved prefix"}\n',
      ],
      [
        `POST repository/helm/chart/manifest/${digest}/labels`,
        { key: 'No!', value: '', media_type: null },
        400,
        /Label is of an invalid format/,
      ],
      [`GET repository/helm/chart/manifest/sha256:${'0'.repeat(64)}`, none, 404],
      ['GET repository/helm/chart/manifest/latest', none, 404],
    ])
  }
})

void t.test('an index, and what an organization takes with it', async (t) => {
  const quay = quayWith()
  const image = await pushImage(quay, 'helm/chart', [])
  const index = await pushIndex(quay, 'helm/chart', [image], ['all'])
  await play(t, quay, alice, [
    [
      'GET repository/helm/chart/tag/',
      none,
      200,
      { tags: [{ is_manifest_list: true, size: null, manifest_digest: index }] },
    ],
    [
      `GET repository/helm/chart/manifest/${index}`,
      none,
      200,
      { is_manifest_list: true, config_media_type: null, layers: null },
    ],
    ['DELETE organization/helm', none, 204],
  ])
  t.equal(await quay.store.manifest('helm/chart', index), undefined)
  t.equal(await quay.store.manifest('helm/chart', image), undefined)
  t.same((await quay.store.repositories({ limit: 1 })).items, [])
  t.equal(quay.history.status('helm/chart', 'all', quay.now), 'unknown')
})
