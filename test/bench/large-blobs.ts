import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { program, serve, serveRegistry, type Server } from './children.js'
import { temporaryFolder } from './cleanup.js'
import { generated, pieces } from './generated.js'
import { expectStatus } from './images.js'
import { forgetPeak, residentMemory } from './proc.js'
import { spread } from './spread.js'
import { below, type Row } from './table.js'

const size = 2 ** 31
const memoryGoal = 64

/** A blob of 2 GiB to a registry on disk and back: its memory, and its speed beside that of a bare server. */
export async function largeBlobs(): Promise<Row[]> {
  const folder = temporaryFolder()
  const digest = digestOfAll()
  const registry = await serveRegistry('--storage', `disk:${join(folder.path, 'registry')}`)
  const bare = await serve(program('bare-server'), [JSON.stringify({ largeBytes: size })])
  try {
    const before = residentMemory(registry.pid)
    forgetPeak(registry.pid)
    const upload = await open(registry)
    const pushing = await timed(() => send(registry, upload, 202))
    const finishing = await timed(() => finish(registry, upload, digest))
    const pushed = residentMemory(registry.pid)
    forgetPeak(registry.pid)
    const pulling = await timed(() => receive(registry, `/v2/bench/large/blobs/${digest}`, digest))
    const pulled = residentMemory(registry.pid)
    const taking = await timed(() => send(bare, '/large', 202))
    const serving = await timed(() => receive(bare, '/large', digest))
    return [
      memoryRow('memory of the process, 2 GiB pushed', before, pushed),
      memoryRow('memory of the process, 2 GiB pulled', before, pulled),
      speedRow('push of 2 GiB to disk', pushing + finishing, `until the 201; of it ${finishing.toFixed(0)} ms in PUT`),
      speedRow('the same taken by a bare server', taking, 'neither hashed nor kept'),
      speedRow('pull of 2 GiB from disk', pulling, 'digest checked'),
      speedRow('the same served by a bare server', serving, 'made up, digest checked'),
    ]
  } finally {
    await bare.stop()
    await registry.stop()
    folder.remove()
  }
}

type Memory = ReturnType<typeof residentMemory>

function memoryRow(what: string, before: Memory, after: Memory): Row {
  const figure = `growth of ${what}`
  if (!before || !after) {
    return { figure, unit: 'MiB', goal: { text: `< ${memoryGoal}`, met: false }, note: 'needs the /proc of Linux' }
  }
  const measured = spread([after.peak - before.now])
  const note = `from ${before.now.toFixed(0)} MiB to at most ${after.peak.toFixed(0)}`
  return { figure, unit: 'MiB', measured, goal: below(memoryGoal, measured), note }
}

const speedRow = (figure: string, milliseconds: number, note: string): Row => ({
  figure,
  unit: 'MB/s',
  measured: spread([size / milliseconds / 1000]),
  note,
})

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function digestOfAll(): string {
  const hash = createHash('sha256')
  for (const piece of pieces(size)) hash.update(piece)
  return `sha256:${hash.digest('hex')}`
}

async function open({ url }: Server): Promise<string> {
  const reply = await answered(url, 'POST', '/v2/bench/large/blobs/uploads/')
  return expectStatus(202, 'POST', { status: reply.statusCode ?? 0, location: reply.headers.location ?? '' }).location
}

async function finish({ url }: Server, upload: string, digest: string): Promise<void> {
  const reply = await answered(url, 'PUT', `${upload}?digest=${digest}`)
  expectStatus(201, 'PUT', { status: reply.statusCode ?? 0 })
}

async function answered(url: URL, method: string, path: string): Promise<IncomingMessage> {
  const outgoing = request(new URL(path, url), { method, agent: new Agent(), headers: { 'Content-Length': 0 } }).end()
  const [reply] = (await once(outgoing, 'response')) as [IncomingMessage]
  reply.resume()
  await once(reply, 'end')
  return reply
}

async function send({ url }: Server, path: string, status: number): Promise<void> {
  const outgoing = request(new URL(path, url), { method: 'PATCH', headers: { 'Transfer-Encoding': 'chunked' } })
  const response = once(outgoing, 'response') as Promise<[IncomingMessage]>
  await pipeline(generated(size), outgoing)
  const [reply] = await response
  reply.resume()
  expectStatus(status, path, { status: reply.statusCode ?? 0 })
}

async function receive({ url }: Server, path: string, digest: string): Promise<void> {
  const [reply] = (await once(request(new URL(path, url)).end(), 'response')) as [IncomingMessage]
  expectStatus(200, path, { status: reply.statusCode ?? 0 })
  const hash = createHash('sha256')
  await pipeline(reply, hash)
  const actual = `sha256:${hash.digest('hex')}`
  if (actual !== digest) throw new Error(`${path}: the digest is ${actual}, and should be ${digest}`)
}
