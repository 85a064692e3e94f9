import assert from 'node:assert/strict'
import { headerOf } from '../heard.js'
import { byCertsD, filesOf } from '../images.js'
import type { Desk } from '../scenario.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'

/**
 * containers-storage.conf(5), `enable_partial_images`: podman reads the table of contents at a layer's end, and asks for
 * the files that it has not, all in one request of several ranges.
 */
export async function pullPartly({ say, registry, home, account, heard, show, over }: Setting): Promise<void> {
  say('Pull what is not there yet')
  const image = `${registry.host}/team/files`
  const names = ['1.txt', '2.txt', '3.txt', '4.txt', '5.txt']
  const changed = ['1.txt', '3.txt', '5.txt']
  const text = (name: string, version: string): string =>
    `${name} ${changed.includes(name) ? version : 'of old'} from ${registry.url}\n`.repeat(500)
  const builder = home({ env: byCertsD })
  for (const version of ['1.0', '2.0']) {
    for (const name of names) builder.write(`web/files/${name}`, text(name, version))
    builder.write('web/Containerfile', 'FROM scratch\nCOPY files /\n')
    await builder.sh`podman build --tag ${image}:${version} web`
    await builder.sh`podman push --compression-format zstd:chunked ${image}:${version}`
  }

  const other = home({ env: byCertsD })
  const partly = other.sh({ set: { CONTAINERS_STORAGE_CONF: partialImages(other) } })
  await partly`podman pull --quiet ${image}:1.0`
  heard.take()
  await partly`podman pull --quiet ${image}:2.0`
  const [layer] = parseManifest(await served(registry, '/v2/team/files/manifests/2.0', account)).layers ?? []
  const requests = heard.take().filter(({ target }) => target === `/v2/team/files/blobs/${layer?.digest}`)
  assert.deepEqual(
    requests.map(({ method, status }) => `${method} ${status}`),
    ['GET 206', 'GET 206'],
  )
  const [contents, files] = requests.map((request) => headerOf(request, 'range') ?? '')
  const [offset, length] = position(layer?.annotations)
  assert.equal(contents, `bytes=${offset}-${offset + length - 1}`)
  // One range for each file that is new, and none for those that are there from 1.0.
  assert.match(files ?? '', /^bytes=\d+-\d+,\d+-\d+,\d+-\d+$/)
  assert.ok(sizeOf(files ?? '') < 0.8 * offset)
  assert.deepEqual(
    await filesOf({ ...other, sh: partly }, `${image}:2.0`, names),
    names.map((name) => text(name, '2.0')),
  )
  show({ client: 'podman', story: 'pull only the files that are new of zstd:chunked layers', over })
}

/** Writes a configuration of storage in which podman pulls partly, and answers where it is: only overlay can do it. */
function partialImages({ folder, write }: Desk): string {
  const storage = `driver = "overlay"\ngraphroot = "${folder}/storage"\nrunroot = "${folder}/run"\n`
  const options = 'pull_options = { enable_partial_images = "true" }\n'
  write('storage.conf', `[storage]\n${storage}\n[storage.options]\n${options}`)
  return `${folder}/storage.conf`
}

/** Where the table of contents is, in bytes: its offset and its length. */
function position(annotations: Readonly<Record<string, string>> = {}): [offset: number, length: number] {
  const [offset = 0, length = 0] = (annotations['io.containers.zstd-chunked.manifest-position'] ?? '').split(':')
  return [Number(offset), Number(length)]
}

/** How many bytes the ranges of a Range header are together. */
const sizeOf = (header: string): number =>
  Array.from(header.matchAll(/(\d+)-(\d+)/g), ([, from, to]) => Number(to) - Number(from) + 1).reduce(
    (a, b) => a + b,
    0,
  )
