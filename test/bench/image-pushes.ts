import { join } from 'node:path'
import { serveRegistry, type Server } from './children.js'
import { temporaryFolder } from './cleanup.js'
import { Connection } from './connection.js'
import { missingDockerRegistry, serveDockerRegistry } from './docker-registry.js'
import { makeImage, pushImage } from './images.js'
import { median, spread } from './spread.js'
import { atLeast, type Row } from './table.js'

const pushers = 8
const rounds = 6
const slice = 1200
const warmUp = 3000
const goal = 5

/** Small images pushed per second by eight clients at once, beside Debian's docker-registry. */
export async function imagePushes(): Promise<Row[]> {
  const folder = temporaryFolder()
  const missing = missingDockerRegistry()
  const servers = {
    disk: await serveRegistry('--storage', `disk:${join(folder.path, 'registry')}`),
    memory: await serveRegistry(),
    ...(missing === undefined && { docker: await serveDockerRegistry(folder.path) }),
  }
  const rates = { disk: [] as number[], memory: [] as number[], docker: [] as number[] }
  const each = Object.entries(servers) as [keyof typeof rates, Server][]
  try {
    for (const [, { url }] of each) await push(url, warmUp)
    for (let round = 0; round < rounds; round++) {
      for (const [name, { url }] of each) rates[name].push(await push(url, slice))
      // What one leaves to the kernel to write falls to the next: they take turns at coming first.
      each.push(...each.splice(0, 1))
    }
  } finally {
    for (const [, server] of each) await server.stop()
    folder.remove()
  }
  return [
    againstDocker(rates, missing),
    { figure: `images, disk, ${pushers} pushers`, unit: '/s', measured: spread(rates.disk) },
    ...(missing === undefined
      ? [{ figure: `images, docker-registry, ${pushers} pushers`, unit: '/s', measured: spread(rates.docker) } as const]
      : []),
    { figure: `images, memory, ${pushers} pushers`, unit: '/s', measured: spread(rates.memory) },
  ]
}

function againstDocker({ disk, docker }: Record<'disk' | 'docker', number[]>, missing: string | undefined): Row {
  const figure = "image pushes, disk, of docker-registry's"
  if (missing !== undefined) {
    return { figure, unit: 'x', goal: { text: `>= ${goal}`, met: false }, note: `docker-registry is ${missing}` }
  }
  const measured = spread(disk.map((rate, round) => rate / (docker[round] as number)))
  const note = `${median(disk).toFixed(0)}/s; docker-registry ${median(docker).toFixed(0)}/s`
  return { figure, unit: 'x', measured, goal: atLeast(goal, measured), note }
}

let pushed = 0

// Every pusher has a repository and a connection of its own, and begins no image once the time is over.
async function push(url: URL, milliseconds: number): Promise<number> {
  const connections = await Promise.all(Array.from({ length: pushers }, () => Connection.open(url)))
  const before = pushed
  const began = performance.now()
  await Promise.all(
    connections.map(async (connection, index) => {
      while (performance.now() < began + milliseconds) {
        await pushImage(connection, `bench/app-${index}`, `t${pushed}-${index}`, makeImage())
        pushed++
      }
      connection.close()
    }),
  )
  return (pushed - before) / ((performance.now() - began) / 1000)
}
