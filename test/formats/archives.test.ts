import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { writeGzip } from '../../src/formats/gzip.js'
import { readTar } from '../../src/formats/tar-reader.js'
import { writeTar, type TarFile } from '../../src/formats/tar-writer.js'
import { writeZstd } from '../../src/formats/zstd.js'
import { sha256 } from '../support/content.js'
import { folderFor } from '../support/registries.js'
import { tarEntries } from '../support/tar.js'

const long = `${'deep/'.repeat(40)}${'n'.repeat(120)}`
const prefixed = `${'a'.repeat(120)}/${'b'.repeat(90)}`
const files: readonly TarFile[] = [
  { path: 'etc/', mtime: 1_700_000_000 },
  { path: 'etc/motd', content: Buffer.from('hello\n'), mode: 0o600, uid: 1000, gid: 100, mtime: 1_700_000_000 },
  { path: 'etc/issue', type: 'symlink', target: 'motd' },
  { path: 'etc/hard', type: 'link', target: 'etc/motd' },
  { path: prefixed, content: Buffer.from('prefixed') },
  { path: long, content: Buffer.from('long') },
  { path: 'ä/ö', content: Buffer.alloc(1025, 'x') },
  { path: 'far', type: 'symlink', target: long },
  { path: 'many', uid: 0o1000_0000, gid: 3_000_000_000, mtime: 0o1_0000_0000_0000 },
  { path: 'empty' },
]

void t.test('what is written is read again, in pieces of any size', async (t) => {
  const archive = writeTar(files)
  t.equal(sha256(archive), 'sha256:56d45e7da06791b4d6701a7f8e907bb59f83373d8125746037e0bb84c25047e3')
  for (const size of [archive.length, 512, 1000, 7]) {
    const pieces = Array.from({ length: Math.ceil(archive.length / size) }, (_, index) =>
      archive.subarray(index * size, (index + 1) * size),
    )
    const read = await tarEntries(pieces)
    for (const { offset, text } of read)
      t.equal(archive.toString('utf8', offset, offset + Buffer.byteLength(text)), text)
    t.same(
      read.map((entry) => ({ ...entry, offset: 0 })),
      files.map(({ path, content = Buffer.alloc(0), type, target = '', mode, uid = 0, gid = 0, mtime = 0 }) => ({
        path,
        type: type ?? (path.endsWith('/') ? 'directory' : 'file'),
        size: content.length,
        offset: 0,
        mode: mode ?? (path.endsWith('/') ? 0o755 : 0o644),
        uid,
        gid,
        mtime,
        target,
        text: content.toString(),
      })),
      `pieces of ${size}`,
    )
  }
})

void t.test('GNU tar reads what is written, and what it writes in each of its formats is read', async (t) => {
  const folder = folderFor(t)
  const tar = (...args: string[]): string =>
    execFileSync('tar', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' } })
  writeFileSync(join(folder, 'ours.tar'), writeTar(files.filter(({ path }) => path !== 'many')))
  t.same(
    tar('-tf', 'ours.tar', '--quoting-style=literal').trimEnd().split('\n'),
    files.map(({ path }) => path).filter((path) => path !== 'many'),
  )
  tar('-xf', 'ours.tar', '--no-same-owner')
  t.equal(execFileSync('cat', [long, 'etc/hard', 'far'], { cwd: folder, encoding: 'utf8' }), 'longhello\nlong')
  for (const format of ['v7', 'oldgnu', 'gnu', 'ustar', 'posix']) {
    const names =
      format === 'v7' ? ['etc'] : ['etc', 'ä', ...(format === 'ustar' ? [] : [long.split('/')[0] as string])]
    tar(
      '-cf',
      'theirs.tar',
      '--sort=name',
      `--format=${format}`,
      '--owner=7',
      '--group=8',
      '--mtime=@1700000000',
      ...names,
    )
    const entries = await tarEntries([execFileSync('cat', ['theirs.tar'], { cwd: folder })])
    const of = (path: string) => entries.find((entry) => entry.path === path)
    t.match(of('etc/'), { type: 'directory', uid: 7, gid: 8, mtime: 1_700_000_000 }, format)
    t.match(of('etc/issue'), { type: 'symlink', target: 'motd' }, format)
    t.ok(
      entries.some(({ type, text }) => type === 'file' && text === 'hello\n'),
      format,
    )
    if (format !== 'v7') t.equal(of('ä/ö')?.text, 'x'.repeat(1025), format)
    if (names.length === 3) t.equal(of(long)?.text, 'long', format)
  }
})

void t.test('entries that nobody reads are passed over, and one that is left half-read', async (t) => {
  const seen: string[] = []
  for await (const { path, chunks } of readTar(writeTar(files))) {
    seen.push(path)
    for await (const chunk of chunks) {
      t.ok(chunk.length > 0)
      break
    }
  }
  t.same(
    seen,
    files.map(({ path }) => path),
  )
  t.same(await tarEntries(Buffer.alloc(0)), [])
  t.same(await tarEntries(Buffer.alloc(512)), [])
})

void t.test('a source that is not read to its end is ended', async (t) => {
  let ended = false
  async function* source() {
    try {
      for (;;) yield writeTar(files).subarray(0, 512 * 3)
    } finally {
      ended = true
    }
  }
  for await (const { path } of readTar(source())) {
    t.equal(path, 'etc/')
    break
  }
  t.ok(ended)
})

void t.test('what is no archive, or too large, is refused at its place', async (t) => {
  const archive = writeTar([{ path: 'a', content: Buffer.from('text') }])
  const changed = (at: number, bytes: string): Buffer => {
    const copy = Buffer.from(archive)
    copy.write(bytes, at, 'latin1')
    let sum = 8 * 0x20
    for (const [index, byte] of copy.subarray(0, 512).entries()) sum += index >= 148 && index < 156 ? 0 : byte
    copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    return copy
  }
  const pax = (text: string): Buffer => {
    const header = changed(156, 'x').subarray(0, 1024)
    header.write(text.padEnd(4, '\n'), 512, 'latin1')
    return Buffer.concat([header, archive])
  }
  const wrong: readonly (readonly [Buffer, object, string])[] = [
    [Buffer.from('hello'.repeat(200)), {}, 'this is no header of a tar archive, at byte 0'],
    [archive.subarray(0, 100), {}, 'the bytes break off, at byte 100'],
    [archive.subarray(0, 514), {}, 'the archive breaks off, at byte 514'],
    [archive.subarray(0, 512), {}, 'the archive breaks off, at byte 512'],
    [archive.subarray(0, 600), {}, 'the bytes break off, at byte 600'],
    [changed(124, '0000000000x'), {}, 'a number is not octal, at byte 124'],
    [changed(124, '\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff'), {}, 'a number is too large, at byte 124'],
    [
      changed(124, '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff'),
      {},
      'an entry has less than no bytes, at byte 0',
    ],
    [pax('9 a='), {}, 'an extended header is not one, at byte 0'],
    [archive, { entries: 0 }, 'an archive may have 0 entries, at byte 0'],
    [archive, { bytes: 515 }, 'there may be 515 bytes, at byte 516'],
    [writeTar([{ path: long }]), { header: 100 }, 'a header of 330 bytes is too large, at byte 0'],
  ]
  for (const [bytes, limits, message] of wrong) {
    await t.rejects(tarEntries(bytes, limits), { name: 'FormatError', message }, message)
  }
  t.throws(() => writeTar([{ path: 'a', uid: -1 }]), {
    name: 'RangeError',
    message: 'uid must be a whole number, and is -1',
  })
})

void t.test('GNU numbers in base 256, and a record that takes another away', async (t) => {
  const archive = writeTar([{ path: 'a', content: Buffer.from('text') }])
  archive.write('\x80\0\0\0\0\0\0\0\0\0\0\x04', 124, 'latin1')
  archive.write('\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe', 136, 'latin1')
  archive.write('        ', 148, 'latin1')
  archive.write(
    `${archive
      .subarray(0, 512)
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  )
  t.match(await tarEntries(archive), [{ path: 'a', text: 'text', mtime: -2 }])
})

const sizes = [0, 1, 65_535, 65_536, 131_072, 131_073, 300_000]

void t.test('gzip stores bytes as they are, the same everywhere', async (t) => {
  t.equal(writeGzip(Buffer.from('hello')).toString('hex'), '1f8b08000000000000ff010500faff68656c6c6f86a6103605000000')
  const folder = folderFor(t)
  for (const size of sizes) {
    const bytes = Buffer.alloc(size, 'start-registry ')
    const packed = writeGzip(bytes)
    t.ok(gunzipSync(packed).equals(bytes), `${size}`)
    t.ok(unpacked('gzip', packed, folder).equals(bytes), `${size}, by gzip`)
  }
})

void t.test('zstd stores bytes as they are', async (t) => {
  t.equal(writeZstd(Buffer.from('hello')).toString('hex'), '28b52ffd80380500000029000068656c6c6f')
})

function unpacked(program: string, bytes: Buffer, folder: string): Buffer {
  const path = join(folder, 'packed')
  writeFileSync(path, bytes)
  return execFileSync('sh', ['-c', `${program} -dc <packed`], { cwd: folder, maxBuffer: 1 << 24 })
}
