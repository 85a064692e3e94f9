import { gzipSync } from 'node:zlib'
import t from 'tap'
import { image, layer, symlink } from 'start-registry'
import { listLayer, readFiles } from '../../src/inspector/content/layer-files.js'
import { hasZstd, sniffLayer } from '../../src/inspector/content/layer.js'
import { writeGzip } from '../../src/formats/gzip.js'
import { writeTar } from '../../src/formats/tar-writer.js'
import type { StoredBlob } from '../../src/store/store.js'
import { sha256 } from '../support/content.js'
import { readable, Visitor } from '../support/pages.js'
import { registryFor } from '../support/registries.js'

const blobOf = (bytes: Buffer): StoredBlob => ({
  digest: sha256(bytes) as StoredBlob['digest'],
  size: bytes.length,
  read: (start, end) => bytes.subarray(start, end + 1),
})

const tar = (paths: readonly string[]): Buffer => writeTar(paths.map((path) => ({ path, content: Buffer.from(path) })))

void t.test('no more of a layer is read than the limits let', async (t) => {
  const many = blobOf(gzipSync(tar(Array.from({ length: 50 }, (_, n) => `file-${n}`))))
  const entries = await listLayer(many, 'gzip', { limits: { entries: 10 } })
  t.match(entries, { count: 10, cut: 'Reading stopped: an archive may have 10 entries, at byte 10240.' })
  const bytes = await listLayer(many, 'gzip', { limits: { bytes: 4096 } })
  t.match(bytes, { cut: 'Reading stopped: there may be 4096 bytes, at byte 4608.' })
  t.ok(bytes.count > 0 && bytes.count < 5)
  const bomb = blobOf(gzipSync(writeTar([{ path: 'zeros', content: Buffer.alloc(64 << 20) }, { path: 'behind' }])))
  t.ok(bomb.size < 100_000)
  const listed = await listLayer(bomb, 'gzip')
  t.match(listed, { count: 1, cut: /^Reading stopped: there may be \d+ bytes, at byte \d+\.$/ })
})

void t.test('what is broken is listed up to where it breaks', async (t) => {
  const whole = tar(['first', 'second'])
  const rows: readonly (readonly [string, Buffer, 'gzip' | 'none', number, RegExp])[] = [
    ['a tar that breaks off', whole.subarray(0, 1024 + 512), 'none', 2, /breaks? off/],
    ['a gzip that breaks off', gzipSync(whole).subarray(0, 60), 'gzip', 0, /Reading stopped/],
    ['no gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5]), 'gzip', 0, /not what the layer says/],
    ['no tar', gzipSync(Buffer.alloc(4096, 'x')), 'gzip', 0, /Reading stopped/],
  ]
  for (const [name, bytes, packing, count, cut] of rows) {
    t.match(await listLayer(blobOf(bytes), packing), { count, cut }, name)
    t.same(await readFiles(blobOf(bytes), packing, { it: (path) => path === 'none' }), {}, name)
  }
})

void t.test('a layer is known by its first bytes', async (t) => {
  t.match(await sniffLayer(blobOf(writeGzip(tar(['a'])))), { packing: 'gzip', isTar: undefined })
  t.match(await sniffLayer(blobOf(tar(['a']))), { packing: 'none', isTar: true })
  t.match(await sniffLayer(blobOf(Buffer.from('{}'))), { packing: 'none', isTar: false })
  t.match(await sniffLayer(blobOf(Buffer.alloc(0))), { packing: 'none', isTar: false })
})

void t.test('files of every kind of layer, and what they begin with', async (t) => {
  const { registry } = await registryFor(t)
  const files = { 'etc/motd': 'hello\n', 'bin/tool': Buffer.from([0, 1, 2]), lib: symlink('usr/lib'), '.wh.gone': '' }
  const { contents } = await registry.seed({
    'app:1': image({
      layers: [
        files,
        layer(files, { compression: 'none' }),
        layer(files, { compression: 'zstd' }),
        layer('{"a":1}', { mediaType: 'application/json' }),
        { 'long.txt': 'é'.repeat(60_000) },
      ],
    }),
  })
  const visitor = new Visitor(registry)
  const [gzip, plain, zstd, text, long] = contents['app:1'].layers.map(
    ({ digest }) => `/repository/app/layer/${digest}`,
  )
  for (const path of [gzip, plain, ...(hasZstd ? [zstd] : [])]) {
    const shown = readable((await visitor.get(path as string)).text)
    t.match(shown, '4 files')
    t.match(shown, '-rw-r--r-- 6 B etc/motd')
    t.match(shown, 'lib → usr/lib')
    t.match(shown, '.wh.gone deletes')
    t.match((await visitor.get(`${path}?path=etc/motd`)).text, '<pre tabindex="0">hello\n</pre>')
    t.match(readable((await visitor.get(`${path}?path=bin/tool`)).text), 'It is no text')
    t.equal((await visitor.get(`${path}?path=../../etc/passwd`)).status, 404)
    t.match(readable((await visitor.get(`${path}?filter=etc`)).text), '1 file')
  }
  const packed = readable((await visitor.get(zstd as string)).text)
  t.match(packed, hasZstd ? '4 files' : 'Node reads it from version 22.15 on')
  t.match(readable((await visitor.get(text as string)).text), '7 bytes of text { "a": 1 }')
  const cut = (await visitor.get(`${long}?path=long.txt`)).text
  t.match(cut, 'The rest is not shown.')
  t.notMatch(cut, '\u{fffd}', 'no half character')
})
