import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, startRegistry } from 'start-registry'
import { Connection } from './connection.js'
import { missingDockerRegistry, serveDockerRegistry } from './docker-registry.js'
import { expectStatus, makeImage, manifestType, pushImage } from './images.js'
import { spread } from './spread.js'
import { below, type Row } from './table.js'

const rounds = 60
const dockerRounds = 15

/** All that a test does with a registry: it starts one, gives it an image, pulls it, and stops it. */
export async function testLoop(): Promise<Row[]> {
  const seeded: number[] = []
  const pushed: number[] = []
  for (let round = 0; round < rounds; round++) {
    seeded.push(await timed(seededLoop))
    pushed.push(await timed(pushedLoop))
  }
  const seededSpread = spread(seeded.slice(1))
  const rows: Row[] = [
    {
      figure: 'startRegistry, seed, pull, close',
      unit: 'ms',
      measured: seededSpread,
      goal: below(20, seededSpread),
      note: `${rounds - 1} loops in one process`,
    },
    { figure: 'startRegistry, push, pull, close', unit: 'ms', measured: spread(pushed.slice(1)), note: 'alternating' },
  ]
  const missing = missingDockerRegistry()
  const figure = "docker-registry's process: start, push, pull, stop"
  if (missing !== undefined) return [...rows, { figure, unit: 'ms', note: missing }]
  const docker: number[] = []
  for (let round = 0; round < dockerRounds; round++) docker.push(await timed(dockerLoop))
  return [...rows, { figure, unit: 'ms', measured: spread(docker), note: `${dockerRounds} processes` }]
}

async function timed(loop: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await loop()
  return performance.now() - began
}

async function seededLoop(): Promise<void> {
  await using registry = await startRegistry()
  const { contents } = await registry.seed({ 'team/app:1': image({ layers: [{ motd: 'hello' }] }) })
  const { manifest, layers } = contents['team/app:1']
  const { digest: config } = manifest['config'] as { digest: string }
  await pull(new URL(registry.url), [config, ...layers.map(({ digest }) => digest)])
}

async function pushedLoop(): Promise<void> {
  await using registry = await startRegistry()
  await pushAndPull(new URL(registry.url))
}

async function dockerLoop(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'start-registry-bench-'))
  const server = await serveDockerRegistry(folder)
  try {
    await pushAndPull(server.url)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function pushAndPull(url: URL): Promise<void> {
  const made = makeImage()
  const connection = await Connection.open(url)
  await pushImage(connection, 'team/app', '1', made)
  connection.close()
  await pull(
    url,
    made.blobs.map(({ digest }) => digest),
  )
}

/** Gets a manifest by its tag, and the blobs that it names. */
async function pull(url: URL, blobs: readonly string[]): Promise<void> {
  const connection = await Connection.open(url)
  const targets = ['/v2/team/app/manifests/1', ...blobs.map((digest) => `/v2/team/app/blobs/${digest}`)]
  for (const target of targets)
    expectStatus(200, target, await connection.request('GET', target, { accept: manifestType }))
  connection.close()
}
