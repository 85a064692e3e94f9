import assert from 'node:assert/strict'
import { lineOf } from '../heard.js'
import { byCertsD } from '../images.js'
import { served } from '../served.js'
import type { Setting } from '../setting.js'
import { tagManyTimes } from '../tag-many-times.js'

/** podman-search(1), skopeo-list-tags(1): the tags of a repository, and a registry's repositories. */
export async function searchTags({ say, registry, home, account, heard, show, over }: Setting): Promise<void> {
  say('Search by tags')
  const { sh } = home({ env: byCertsD })
  const image = `${registry.host}/team/tagged`
  await sh`skopeo copy docker://${registry.host}/team/oci:1.0 docker://${image}:1.0`
  const one = await sh`podman search --list-tags ${image}`
  assert.deepEqual(one.stdout.split('\n').map(cellsOf), [
    ['NAME', 'TAG'],
    [image, '1.0'],
  ])

  say('Many tags')
  const tags = ['1.0', ...(await tagManyTimes(registry, 'team/tagged', '1.0', 10_500, account))]
  const listed = async (flags: readonly string[]): Promise<(string | undefined)[]> => {
    const { stdout } = await sh`podman search --list-tags ${flags} ${image}`
    return stdout
      .split('\n')
      .slice(1)
      .map((line) => cellsOf(line)[1])
  }
  assert.deepEqual(await listed([]), tags.slice(0, 25), 'podman shows 25, unless it is told')
  assert.deepEqual(await listed(['--limit', '3']), tags.slice(0, 3))
  heard.take()
  assert.deepEqual(await listed(['--limit', '20000']), tags)
  const { Tags } = JSON.parse((await sh`skopeo list-tags docker://${image}`).stdout) as { Tags: string[] }
  assert.deepEqual(Tags, tags)
  // Both follow the Link header to the second page.
  const pages = heard.take().filter(({ route, status }) => route.kind === 'tags' && status === 200)
  const first = 'GET /v2/team/tagged/tags/list 200'
  const second = `GET /v2/team/tagged/tags/list?n=10000&last=${tags[9_999]} 200`
  assert.deepEqual(pages.map(lineOf), [first, second, first, second])
  show({ client: 'podman', story: 'list tags', over })
  show({ client: 'skopeo', story: 'list tags', over })

  say('Search for repositories')
  const found = await sh`podman search --format {{.Name}} ${registry.host}/greeting`
  assert.deepEqual(
    found.stdout.split('\n'),
    ['copies', 'mirror', 'team'].map((name) => `${registry.host}/${name}/greeting`),
  )
  show({ client: 'podman', story: 'search for repositories', over })
}

/** skopeo-delete(1): what is answered of an image that is no more. */
export async function deleteImages({ say, registry, home, account, show, over }: Setting): Promise<void> {
  say('Delete')
  const { sh } = home({ env: byCertsD })
  const image = `${registry.host}/team/retired`
  for (const tag of ['1.0', 'stable']) {
    await sh`skopeo copy docker://${registry.host}/team/oci:1.0 docker://${image}:${tag}`
  }
  const { digest = '' } = await served(registry, '/v2/team/retired/manifests/1.0', account)

  await sh`skopeo delete docker://${image}:1.0`
  const unknown = /manifest unknown: no such tag in this repository/
  const fails = sh({ status: 1 })
  assert.match((await fails`skopeo inspect docker://${image}:1.0`).stderr, unknown)
  // skopeo deletes the manifest, and with it go all its tags.
  assert.match((await fails`skopeo inspect docker://${image}:stable`).stderr, unknown)
  assert.match((await sh({ status: 125 })`podman pull ${image}:stable`).stderr, unknown)
  assert.deepEqual(JSON.parse((await sh`skopeo list-tags docker://${image}`).stdout), { Repository: image, Tags: [] })
  assert.equal((await served(registry, `/v2/team/retired/manifests/${digest}`, account)).status, 404)
  const again = await fails`skopeo delete docker://${image}:1.0`
  assert.match(
    again.stderr,
    /Unable to delete \S+\. Image may not exist or is not stored with a v2 Schema in a v2 registry/,
  )
  // The same image in another repository is none of this one's business.
  assert.equal((await served(registry, `/v2/team/oci/manifests/${digest}`, account)).status, 200)
  const nowhere = await fails`skopeo list-tags docker://${registry.host}/team/nothing`
  assert.match(nowhere.stderr, /fetching tags list: invalid status code from registry 404 \(Not Found\)/)
  show({ client: 'skopeo', story: 'delete an image', over })
}

/** The cells of a line of a table that a client prints. */
const cellsOf = (line: string): string[] => line.trim().split(/\s{2,}/)
