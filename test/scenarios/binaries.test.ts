import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cacheFolder, cachedPath } from '../../vendor-binaries/cache.js'
import { findBinary, missing, needBinary, search } from '../../vendor-binaries/find.js'
import { manifest, type Binary } from '../../vendor-binaries/manifest.js'
import { idOf, installCommand, rowOf, rowsOf, variableOf } from '../../vendor-binaries/names.js'
import { executable, oldTool, systemTool, tool } from '../support/clients.js'
import { folderFor } from '../support/registries.js'

void t.test('a client is found by its variable, in the cache, in the side-load folder, then on PATH', async (t) => {
  const folder = folderFor(t)
  const env: Record<string, string> = {
    START_REGISTRY_CACHE: join(folder, 'cache'),
    PATH: `${folder}/old:${folder}/new`,
  }
  t.equal(await findBinary(tool, env), undefined)
  executable(join(folder, 'old/tool'), '1.2.2')
  t.equal(await findBinary(tool, env), undefined, 'not of another version')
  const onPath = executable(join(folder, 'new/tool'), '1.2.3')
  t.same(await findBinary(tool, env), { path: onPath, from: 'PATH', version: '1.2.3' })
  executable(join(folder, 'side/tool'), '1.2.3')
  const cached = cachedPath(tool, env)
  t.equal(cached, join(folder, 'cache/binaries/tool/1.2.3/tool'))
  const loaded = await findBinary(tool, { ...env, START_REGISTRY_BINARIES: join(folder, 'side') })
  t.same(loaded, { path: cached, from: 'side-load', version: '1.2.3' })
  t.same(await findBinary(tool, env), { path: cached, from: 'cache', version: '1.2.3' }, 'it is in the cache now')
  const named = executable(join(folder, 'named'), '9')
  t.same(await findBinary(tool, { ...env, START_REGISTRY_TOOL: named }), {
    path: named,
    from: 'environment',
    version: '9',
  })
  const wrong = findBinary(tool, { ...env, START_REGISTRY_TOOL: join(folder, 'nothing') })
  await t.rejects(wrong, { message: /^START_REGISTRY_TOOL names .*nothing, which is not/ })
})

void t.test('each version has a variable and a place in the cache of its own', async (t) => {
  const folder = folderFor(t)
  const named = executable(join(folder, 'named'), '1.0.0')
  const env = {
    START_REGISTRY_CACHE: join(folder, 'cache'),
    START_REGISTRY_TOOL_1_0_0: named,
  }
  const cached = executable(cachedPath(tool, env), '1.2.3')
  t.same(await findBinary(oldTool, env), { path: named, from: 'environment', version: '1.0.0' })
  t.same(await findBinary(tool, env), { path: cached, from: 'cache', version: '1.2.3' })
  t.equal(await findBinary(oldTool, { START_REGISTRY_CACHE: join(folder, 'cache') }), undefined)
})

void t.test('a client that tells no version is not taken from PATH, one of the system is in any version', async (t) => {
  const folder = folderFor(t)
  const env = { START_REGISTRY_CACHE: join(folder, 'cache'), PATH: folder }
  const path = executable(join(folder, 'tool'), '4.3.1')
  t.equal(await findBinary({ ...tool, question: undefined }, env), undefined)
  t.same(await findBinary(systemTool, env), { path, from: 'PATH', version: '4.3.1' })
})

void t.test('what is missing is said with where it was looked for and the command that gets it', async (t) => {
  const folder = folderFor(t)
  const env = {
    START_REGISTRY_CACHE: join(folder, 'cache'),
    START_REGISTRY_BINARIES: join(folder, 'side'),
    PATH: folder,
  }
  executable(join(folder, 'tool'), '1.2.2')
  executable(join(folder, 'side/tool'), '1.1.0')
  const { found, reasons } = await search(tool, env)
  t.equal(found, undefined)
  t.equal(
    missing(tool, reasons),
    `tool 1.2.3 is missing: START_REGISTRY_TOOL is not set, it is not in the cache, ${folder}/cache, ` +
      `in ${folder}/side tool is 1.1.0, on PATH ${folder}/tool is 1.2.2. ` +
      'Get it with: npx start-registry binaries install tool@1.2.3',
  )
  const nowhere = await search(systemTool, { PATH: join(folder, 'none') })
  t.equal(
    missing(systemTool, nowhere.reasons),
    'tool is missing: START_REGISTRY_TOOL is not set, it is not on PATH. ' +
      'Get it with: npx start-registry binaries install tool',
  )
})

void t.test('the cache is in the user’s cache folder unless it is named', async (t) => {
  t.equal(cacheFolder({ START_REGISTRY_CACHE: '/mine', XDG_CACHE_HOME: '/xdg' }), '/mine')
  t.equal(cacheFolder({ XDG_CACHE_HOME: '/xdg' }), '/xdg/start-registry')
  t.match(cacheFolder({ XDG_CACHE_HOME: 'relative' }), /\/\.cache\/start-registry$/)
})

void t.test('a client of several versions is called by its id, the default by its name alone', async (t) => {
  const [old, now] = ['helm@3.8.2', 'helm'].map((text) => rowOf(text) as Binary) as [Binary, Binary]
  t.match(old, { name: 'helm', version: '3.8.2' })
  t.match(now, { name: 'helm', version: '3.22.0' })
  t.equal(rowOf('helm@3.22.0'), now)
  t.equal(variableOf(old), 'START_REGISTRY_HELM_3_8_2')
  t.equal(variableOf(now), 'START_REGISTRY_HELM')
  t.equal(installCommand(old), 'npx start-registry binaries install helm@3.8.2')
  t.equal(installCommand(now), 'npx start-registry binaries install helm@3.22.0')
  t.same(rowsOf('cosign').map(idOf), ['cosign@1.0.0', 'cosign@2.6.5', 'cosign@3.1.3'])
  t.same(rowsOf('cosign@3.1.3').map(idOf), ['cosign@3.1.3'])
  t.same(rowsOf('podman').map(idOf), ['podman'])
  t.same(rowsOf('podman@4.3.1'), [])
  t.equal(rowOf('helm@9'), undefined)
  await t.rejects(needBinary('helm@9'), { message: 'there is no client helm@9 in the manifest' })
})

void t.test(
  'a client of the system’s packages tells its version, and may be in a package of another name',
  async (t) => {
    const told = { podman: 'podman version 4.3.1\n', gpg: 'gpg (GnuPG) 2.2.40\nlibgcrypt 1.10.1\n' }
    const [podman, gpg] = [rowOf('podman'), rowOf('gpg')]
    t.match(podman, { version: 'system', source: { kind: 'system', package: 'podman' } })
    t.match(gpg, { version: 'system', source: { kind: 'system', package: 'gnupg' } })
    t.equal(podman?.question?.pattern.exec(told.podman)?.[1], '4.3.1')
    t.equal(gpg?.question?.pattern.exec(told.gpg)?.[1], '2.2.40')
    t.equal(rowOf('openssl')?.question?.pattern.exec('OpenSSL 3.0.19 27 Jan 2026 (Library: …)\n')?.[1], '3.0.19')
    const [softhsm, opensc] = [rowOf('softhsm2-util'), rowOf('opensc-tool')]
    t.equal(softhsm?.question?.pattern.exec('2.6.1\n')?.[1], '2.6.1')
    t.match(opensc?.question?.args, ['--info'])
    t.equal(opensc?.question?.pattern.exec('OpenSC 0.23.0 [gcc  12.2.0]\nEnabled features: zlib\n')?.[1], '0.23.0')
  },
)

void t.test('each row of the manifest has an id and a variable of its own, each name one default', async (t) => {
  t.equal(new Set(manifest.map(idOf)).size, manifest.length)
  t.equal(new Set(manifest.map(variableOf)).size, manifest.length)
  t.same(
    manifest.filter(({ isDefault }) => isDefault).map(({ name }) => name),
    [...new Set(manifest.map(({ name }) => name))],
  )
})

void t.test('the README names each client with all its versions, in order', async (t) => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  for (const name of new Set(manifest.map((row) => row.name))) {
    const versions = rowsOf(name).map(({ version }) => (version === 'system' ? 'of the system' : version))
    t.match(readme, new RegExp(`^\\| ${name} +\\| ${versions.join(', ').replaceAll('.', '\\.')} +\\|`, 'm'))
  }
})
