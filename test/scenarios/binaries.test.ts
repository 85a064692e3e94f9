import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { cacheFolder, cachedPath } from '../../vendor-binaries/cache.js'
import { findBinary, missing, needBinary } from '../../vendor-binaries/find.js'
import { manifest, type Binary } from '../../vendor-binaries/manifest.js'
import { idOf, installCommand, rowOf, rowsOf, variableOf } from '../../vendor-binaries/names.js'
import { folderFor } from '../support/registries.js'

const tool: Binary = {
  name: 'tool',
  version: '1.2.3',
  source: { kind: 'go', package: 'example.com/tool', version: 'v1.2.3', go: '1.26' },
  question: { args: ['version'], pattern: /v(\S+)/ },
  isDefault: true,
}

/** An executable that says its version. */
function executable(path: string, version: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\necho v${version}\n`)
  chmodSync(path, 0o755)
  return path
}

void t.test('a client is found by its variable, in the cache, then on PATH', async (t) => {
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
  const cached = executable(cachedPath(tool, env), '1.2.3')
  t.equal(cached, join(folder, 'cache/binaries/tool/1.2.3/tool'))
  t.same(await findBinary(tool, env), { path: cached, from: 'cache', version: '1.2.3' })
  const named = executable(join(folder, 'named'), '9')
  t.same(await findBinary(tool, { ...env, START_REGISTRY_TOOL: named }), {
    path: named,
    from: 'environment',
    version: '9',
  })
  const wrong = findBinary(tool, { ...env, START_REGISTRY_TOOL: join(folder, 'nothing') })
  await t.rejects(wrong, { message: /^START_REGISTRY_TOOL names .*nothing, which is not/ })
})

void t.test('a client that tells no version is not taken from PATH, one of the system is in any version', async (t) => {
  const folder = folderFor(t)
  const env = { START_REGISTRY_CACHE: join(folder, 'cache'), PATH: folder }
  const path = executable(join(folder, 'tool'), '4.3.1')
  t.equal(await findBinary({ ...tool, question: undefined }, env), undefined)
  const system: Binary = { ...tool, version: 'system', source: { kind: 'system', package: 'tool' } }
  t.same(await findBinary(system, env), { path, from: 'PATH', version: '4.3.1' })
})

void t.test('what is missing is said with the command that gets it', async (t) => {
  t.match(missing(tool), /^tool 1\.2\.3 is missing: .*npx start-registry binaries install tool$/)
})

void t.test('the cache is in the user’s cache folder unless it is named', async (t) => {
  t.equal(cacheFolder({ START_REGISTRY_CACHE: '/mine', XDG_CACHE_HOME: '/xdg' }), '/mine')
  t.equal(cacheFolder({ XDG_CACHE_HOME: '/xdg' }), '/xdg/start-registry')
  t.match(cacheFolder({ XDG_CACHE_HOME: 'relative' }), /\/\.cache\/start-registry$/)
})

void t.test('a client of several versions is called by its id, the default by its name alone', async (t) => {
  const [old, now] = ['helm@3.8.2', 'helm'].map((text) => rowOf(text) as Binary)
  t.match(old, { name: 'helm', version: '3.8.2' })
  t.match(now, { name: 'helm', version: '3.22.0' })
  t.equal(rowOf('helm@3.22.0'), now)
  t.equal(variableOf(old as Binary), 'START_REGISTRY_HELM_3_8_2')
  t.equal(variableOf(now as Binary), 'START_REGISTRY_HELM')
  t.equal(installCommand(old as Binary), 'npx start-registry binaries install helm@3.8.2')
  t.equal(installCommand(now as Binary), 'npx start-registry binaries install helm')
  t.same(rowsOf('cosign').map(idOf), ['cosign@1.0.0', 'cosign@2.6.5', 'cosign@3.1.3'])
  t.same(rowsOf('cosign@3.1.3').map(idOf), ['cosign@3.1.3'])
  t.same(rowsOf('podman').map(idOf), ['podman'])
  t.same(rowsOf('podman@4.3.1'), [])
  t.equal(rowOf('helm@9'), undefined)
  await t.rejects(needBinary('helm@9'), { message: 'there is no client helm@9 in the manifest' })
})

void t.test('each row of the manifest has an id and a variable of its own, each name one default', async (t) => {
  t.equal(new Set(manifest.map(idOf)).size, manifest.length)
  t.equal(new Set(manifest.map(variableOf)).size, manifest.length)
  const names = [...new Set(manifest.map(({ name }) => name))]
  t.same(
    manifest.filter(({ isDefault }) => isDefault).map(({ name }) => name),
    names,
  )
})
