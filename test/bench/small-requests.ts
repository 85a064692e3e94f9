import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from '../../src/server/certificates.js'
import type { BareOptions } from './children/bare-server.js'
import { program, serve, serveRegistry, type Server } from './children.js'
import { temporaryFolder } from './cleanup.js'
import { Connection } from './connection.js'
import { makeImage, pushImage } from './images.js'
import { load, type Load, type Target } from './load.js'
import { median, spread } from './spread.js'
import { atLeast, type Row } from './table.js'

// Short and many: what else the machine does then hits both sides alike, and the median forgets it.
const rounds = 15
const slice = 150
const warmUp = 700
const goal = 0.8

// The configuration of these images has 1 KiB: the blob that is asked for.
const image = makeImage()
const blob = image.blobs[0] as (typeof image.blobs)[number]
const paths = {
  'manifest by tag': '/v2/bench/app/manifests/1.0',
  'manifest by digest': `/v2/bench/app/manifests/${image.manifest.digest}`,
  'blob of 1 KiB': `/v2/bench/app/blobs/${blob.digest}`,
}
type Name = keyof typeof paths
const names = Object.keys(paths) as Name[]
const bytesOf = (name: Name): Buffer => (name.startsWith('blob') ? blob : image.manifest).bytes

/** Small GETs per second, beside a bare node:http server that answers the same bytes. */
export async function smallRequests(): Promise<Row[]> {
  const folder = temporaryFolder()
  const certificates = makeCertificates({ names: [], now: Date.now() })
  const tls = { cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key.pem') }
  writeFileSync(tls.cert, certificates.certificate)
  writeFileSync(tls.key, certificates.key)
  const secure = ['--tls-cert', tls.cert, '--tls-key', tls.key]
  const replies = Object.fromEntries(names.map((name) => [paths[name], bytesOf(name).toString('base64')]))
  const bare = (options: BareOptions): Promise<Server> => serve(program('bare-server'), [JSON.stringify(options)])
  const servers = {
    bare: await bare({ replies }),
    memory: await serveRegistry(),
    disk: await serveRegistry('--storage', `disk:${join(folder.path, 'registry')}`),
    'bare with TLS': await bare({ replies, tls }),
    'memory with TLS': await serveRegistry('--http', ...secure),
  }
  try {
    for (const kind of ['memory', 'disk', 'memory with TLS'] as const) await seed(servers[kind].url)
    const ca = certificates.ca.certificate
    const target = (kind: keyof typeof servers, name: Name): Target => ({
      url: servers[kind].url,
      pid: servers[kind].pid,
      path: paths[name],
      ca,
    })
    const plain = await compare(names, (name) => target('bare', name), {
      memory: (name) => target('memory', name),
      disk: (name) => target('disk', name),
    })
    const encrypted = await compare(['manifest by tag'], (name) => target('bare with TLS', name), {
      'memory with TLS': (name) => target('memory with TLS', name),
    })
    return [...plain, ...encrypted.map((row) => ({ ...row, goal: undefined }))]
  } finally {
    for (const server of Object.values(servers)) await server.stop()
    folder.remove()
  }
}

async function seed(url: URL): Promise<void> {
  const plain = new URL(url)
  plain.protocol = 'http:'
  const connection = await Connection.open(plain)
  await pushImage(connection, 'bench/app', '1.0', image)
  connection.close()
}

async function compare(
  what: readonly Name[],
  bare: (name: Name) => Target,
  ours: Readonly<Record<string, (name: Name) => Target>>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of what) {
    const reference: Load[] = []
    const results = Object.entries(ours).map(([kind, target]) => ({ kind, target: target(name), loads: [] as Load[] }))
    for (const target of [bare(name), ...results.map(({ target }) => target)]) await load(target, warmUp)
    for (let round = 0; round < rounds; round++) {
      reference.push(await load(bare(name), slice))
      for (const { target, loads } of results) loads.push(await load(target, slice))
    }
    for (const { kind, loads } of results) {
      const measured = spread(loads.map(({ perSecond }, round) => perSecond / (reference[round] as Load).perSecond))
      rows.push({
        figure: `GET ${name}, ${kind}`,
        unit: 'x',
        measured,
        goal: atLeast(goal, measured),
        note: `${describe(loads)}; bare ${describe(reference)}`,
      })
    }
  }
  return rows
}

/** Medians of some slices of load: requests per second, the server's time for one, and how busy it was. */
export function describe(loads: readonly Load[]): string {
  const rate = `${Math.round(median(loads.map(({ perSecond }) => perSecond))).toLocaleString('en-US')}/s`
  const processor = loads.flatMap((load) => load.processor ?? [])
  const busy = loads.flatMap((load) => load.busy ?? [])
  if (processor.length === 0 || busy.length === 0) return rate
  return `${rate} (${median(processor).toFixed(1)} µs, ${(median(busy) * 100).toFixed(0)} % busy)`
}
