import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import t from 'tap'
import { cachedPath } from '../../vendor-binaries/cache.js'
import type { Binary } from '../../vendor-binaries/manifest.js'
import { rowOf } from '../../vendor-binaries/names.js'
import { sideLoad } from '../../vendor-binaries/side-load.js'
import { executable, oldTool, platform, saying, tool } from '../support/clients.js'
import { folderFor, type Teardown } from '../support/registries.js'

const { system, machine } = platform

/** A folder to side-load from, and an environment whose cache is empty. */
function places(t: Teardown) {
  const folder = folderFor(t)
  const side = join(folder, 'side')
  mkdirSync(side)
  return { folder, side, env: { START_REGISTRY_CACHE: join(folder, 'cache') } }
}

/** Packs one program as `path` into a tarball. */
function tarball(file: string, path: string, version: string, text?: string): void {
  const content = `${file}.content`
  executable(join(content, path), version, text)
  execFileSync('tar', ['-czf', file, '-C', content, '.'])
}

/** A zip archive of these files, each after the first deflated. */
function zip(files: readonly (readonly [name: string, content: string])[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [index, [name, content]] of files.entries()) {
    const data = index === 0 ? Buffer.from(content) : deflateRawSync(content)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(index === 0 ? 0 : 8, 4)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    const local = [Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data]
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, tail, Buffer.from(name))
    parts.push(...local)
    offset += Buffer.concat(local).length
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(Buffer.concat(directory).length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06'), end])
}

void t.test('a release’s tarball, named as its project names it, lands in the cache', async (t) => {
  const { side, env } = places(t)
  // What the releases say, and how their archives are laid out.
  const releases = [
    ['helm@3.8.2', `helm-v3.8.2-${system}-${machine}.tar.gz`, `${system}-${machine}/helm`, 'v3.8.2+g6e3701e'],
    ['helm@4.3.1', `helm-v4.3.1-${system}-${machine}.tar.gz`, `${system}-${machine}/helm`, 'v4.3.1+gabcdef0'],
    ['oras', `oras_1.3.6_${system}_${machine}.tar.gz`, 'oras', 'Version:        1.3.6'],
    ['crane', `go-containerregistry_${system === 'linux' ? 'Linux' : 'Darwin'}_x86_64.tar.gz`, 'crane', '0.22.1'],
  ] as const
  for (const [id, name, path, says] of releases) {
    const file = name.replace('x86_64', machine === 'amd64' ? 'x86_64' : machine)
    tarball(join(side, file), path, '', `#!/bin/sh\necho '${says}'\n`)
    const row = rowOf(id) as Binary
    const cached = cachedPath(row, env)
    t.same(await sideLoad(row, side, env), { path: cached }, file)
    t.equal(execFileSync(cached, { encoding: 'utf8' }), `${says}\n`)
  }
})

void t.test('programs by themselves, by each name that they go by', async (t) => {
  const names = [
    'tool',
    'tool-1.2.3',
    'tool-v1.2.3',
    'tool_1.2.3',
    `tool-${system}-${machine}`,
    `tool-v1.2.3-${system}-${machine}`,
  ]
  for (const name of names) {
    const { side, env } = places(t)
    // As a browser saves it.
    writeFileSync(join(side, name), saying('1.2.3'), { mode: 0o644 })
    t.same(await sideLoad(tool, side, env), { path: cachedPath(tool, env) }, name)
  }
  const { side, env } = places(t)
  for (const name of ['tool-v1.2.30', 'tool-v11.2.3', 'tool-sun-sparc', 'mytool', 'tool.txt', 'tool-1x2x3']) {
    executable(join(side, name), '1.2.3')
    t.equal(await sideLoad(tool, side, env), `it is not in ${side}`, name)
  }
})

void t.test('a zip archive', async (t) => {
  const { side, env } = places(t)
  writeFileSync(
    join(side, 'tool-v1.2.3.zip'),
    zip([
      ['any/README', 'stored'],
      ['any/tool', saying('1.2.3')],
    ]),
  )
  t.same(await sideLoad(tool, side, env), { path: cachedPath(tool, env) })
  t.equal(readFileSync(cachedPath(tool, env), 'utf8'), saying('1.2.3'))
  writeFileSync(join(side, 'tool-v1.0.0.zip'), zip([['tool', saying('1.0.0')]]))
  t.same(await sideLoad(oldTool, side, env), { path: cachedPath(oldTool, env) })
})

void t.test('another version under this version’s name is refused, and nothing is kept of it', async (t) => {
  const { side, env } = places(t)
  const file = join(side, 'tool-v1.2.3.tar.gz')
  tarball(file, 'tool', '1.2.4')
  await t.rejects(sideLoad(tool, side, env), {
    message: `tool 1.2.3 cannot be taken from ${file}: it says that it is tool 1.2.4, and not 1.2.3`,
  })
  t.notOk(existsSync(cachedPath(tool, env)))
  tarball(file, 'tool', '', '#!/bin/sh\nexit 1\n')
  await t.rejects(sideLoad(tool, side, env), { message: /: it says that it is nothing, and not 1\.2\.3$/ })
})

void t.test('a file without a version in its name is this one or another one', async (t) => {
  const { side, env } = places(t)
  executable(join(side, 'tool'), '1.2.3')
  executable(join(side, 'tool-1.0.0'), '1.0.0')
  t.equal(await sideLoad({ ...tool, version: '2.0.0' }, side, env), `in ${side} tool is 1.2.3`)
  t.same(await sideLoad(oldTool, side, env), { path: cachedPath(oldTool, env) })
  t.same(await sideLoad(tool, side, env), { path: cachedPath(tool, env) })
})

void t.test('a client that tells no version is taken by a name that has it', async (t) => {
  const { side, env } = places(t)
  const silent: Binary = { ...tool, question: undefined }
  executable(join(side, 'tool'), '1.2.3')
  t.equal(await sideLoad(silent, side, env), `it is not in ${side}`)
  executable(join(side, 'tool-1.2.3'), '1.2.3')
  t.same(await sideLoad(silent, side, env), { path: cachedPath(silent, env) })
})

void t.test('what is no archive of the client is refused', async (t) => {
  const { side, env, folder } = places(t)
  tarball(join(side, 'tool-1.2.3.tgz'), 'other', '1.2.3')
  await t.rejects(sideLoad(tool, side, env), { message: /tool-1\.2\.3\.tgz: there is no tool in it$/ })
  writeFileSync(join(side, 'tool-1.0.0.zip'), zip([['other', '']]))
  await t.rejects(sideLoad(oldTool, side, env), { message: /tool-1\.0\.0\.zip: there is no tool in it$/ })
  writeFileSync(join(side, 'tool-1.0.0.zip'), 'no zip')
  await t.rejects(sideLoad(oldTool, side, env), { message: /tool-1\.0\.0\.zip: it is not a zip archive$/ })
  await t.rejects(sideLoad(tool, join(folder, 'nowhere'), env), { code: 'ENOENT' })
})
