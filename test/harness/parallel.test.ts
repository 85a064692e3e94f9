import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { startRegistry, type Registry } from 'start-registry'
import { sha256, Wire } from '../support/content.js'
import { registryFor } from '../support/registries.js'

// Two of them take some seconds of computing, on machines that have other things to do.
t.setTimeout(120_000)

const tests = 200

/** What a test of somebody's does: it pushes an image under its own name, and must see that one and no other. */
async function story(registry: Registry, repository: string, content: string): Promise<string> {
  const wire = new Wire(registry.port)
  const digest = await wire.image(repository, 'latest', content)
  const manifest = await wire.get(`/v2/${repository}/manifests/latest`)
  const blob = await wire.get(`/v2/${repository}/blobs/${sha256(content)}`)
  const tags = await wire.get(`/v2/${repository}/tags/list`)
  const gone = await wire.send('DELETE', `/v2/${repository}/manifests/${digest}`)
  const after = await wire.get(`/v2/${repository}/tags/list`)
  return [manifest.headers['docker-content-digest'] === digest, blob.text, tags.text, gone.status, after.text].join(' ')
}

const expected = (repository: string, content: string): string =>
  `true ${content} {"name":"${repository}","tags":["latest"]} 202 {"name":"${repository}","tags":[]}`

const numbers = Array.from({ length: tests }, (_, index) => index)

void t.test(`${tests} tests in parallel on one registry, each in a namespace of its own`, async (t) => {
  const { registry } = await registryFor(t)
  const names = numbers.map(() => `${registry.namespace()}/app`)
  t.equal(new Set(names).size, tests)
  const seen = await Promise.all(names.map((name, index) => story(registry, name, `content ${index % 7}`)))
  t.same(
    seen,
    names.map((name, index) => expected(name, `content ${index % 7}`)),
  )
})

void t.test(`${tests} tests in parallel on as many registries, all with the same names`, async (t) => {
  const seen = await Promise.all(
    numbers.map(async (index) => {
      await using registry = await startRegistry()
      return await story(registry, 'team/app', `content ${index}`)
    }),
  )
  t.same(
    seen,
    numbers.map((index) => expected('team/app', `content ${index}`)),
  )
})

void t.test('snapshots of many registries at once do not meet', async (t) => {
  const counts = await Promise.all(
    numbers.slice(0, 50).map(async (index) => {
      await using registry = await startRegistry()
      const wire = new Wire(registry.port)
      await wire.image('kept', '1', `kept ${index}`)
      const snapshot = await registry.snapshot()
      await wire.image('lost', '1', `lost ${index}`)
      await registry.restore(snapshot)
      return (await wire.get('/v2/_catalog')).text
    }),
  )
  t.same(new Set(counts), new Set(['{"repositories":["kept"]}']))
})

void t.test('starting and stopping a thousand times leaves no handle and no memory', async (t) => {
  const round = async (): Promise<void> => {
    const registry = await startRegistry()
    await new Wire(registry.port).blob('app', 'hello')
    await registry.close()
  }
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const used = async (): Promise<number> => {
    await turn()
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  // What is loaded and compiled on first use is no leak.
  for (let count = 0; count < 100; count++) await round()
  const handles = process.getActiveResourcesInfo().length
  const before = await used()
  for (let count = 0; count < 1000; count++) await round()
  t.ok(process.getActiveResourcesInfo().length <= handles, 'no more handles than before')
  t.ok((await used()) - before < 1000 * 2048, 'less than 2 KiB a registry')
})
