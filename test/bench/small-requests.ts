import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from '../../src/server/certificates.js'
import type { BareOptions } from './children/bare-server.js'
import { program, serve, serveRegistry, type Server } from './children.js'
import { temporaryFolder } from './cleanup.js'
import { Connection } from './connection.js'
import { makeImage, pushImage } from './images.js'
import { describe, load, type Load, type Target } from './load.js'
import { spread } from './spread.js'
import { atLeast, type Row } from './table.js'

// Short and many: what else the machine does then hits both sides alike, and the median forgets it.
const rounds = 5
const slice = 150
const warmUp = 300
// A server that V8 has not compiled yet costs twice: the first seconds of each do not count.
const settling = 3000
// Two runs of one server differ by a tenth, because of what V8 makes of it: each is started anew.
const generations = 3
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
  const pairs = new Map<string, Pair[]>()
  try {
    for (let generation = 0; generation < generations; generation++) {
      await measureAll(join(folder.path, String(generation)), (figure, pair) => {
        pairs.set(figure, [...(pairs.get(figure) ?? []), pair])
      })
    }
  } finally {
    folder.remove()
  }
  return Array.from(pairs, ([figure, measured]) => rowOf(figure, measured))
}

/** A slice of load on ours, and one on the bare server just before. */
interface Pair {
  readonly ours: Load
  readonly bare: Load
}

type Found = (figure: string, pair: Pair) => void

function rowOf(figure: string, pairs: readonly Pair[]): Row {
  const measured = spread(pairs.map(({ ours, bare }) => ours.perSecond / bare.perSecond))
  return {
    figure: `GET ${figure}`,
    unit: 'x',
    measured,
    goal: figure.endsWith('TLS') ? undefined : atLeast(goal, measured),
    note: `${describe(pairs.map(({ ours }) => ours))}; bare ${describe(pairs.map(({ bare }) => bare))}`,
  }
}

async function measureAll(folder: string, found: Found): Promise<void> {
  const { ca, cert, key } = writeCertificates(folder)
  const replies = Object.fromEntries(names.map((name) => [paths[name], bytesOf(name).toString('base64')]))
  const bare = (options: BareOptions): Promise<Server> => serve(program('bare-server'), [JSON.stringify(options)])
  const servers = {
    bare: await bare({ replies }),
    memory: await serveRegistry(),
    disk: await serveRegistry('--storage', `disk:${join(folder, 'registry')}`),
    'bare with TLS': await bare({ replies, tls: { cert, key } }),
    'memory with TLS': await serveRegistry('--http', '--tls-cert', cert, '--tls-key', key),
  }
  const target = (kind: keyof typeof servers, name: Name): Target => ({ ...servers[kind], path: paths[name], ca })
  try {
    for (const kind of ['memory', 'disk', 'memory with TLS'] as const) await seed(servers[kind].url)
    for (const kind of Object.keys(servers) as (keyof typeof servers)[]) {
      await load(target(kind, 'manifest by tag'), settling)
    }
    for (const name of names) {
      const ours = (['memory', 'disk'] as const).map((kind) => [`${name}, ${kind}`, target(kind, name)] as const)
      await compare(target('bare', name), new Map(ours), found)
    }
    const tls = new Map([['manifest by tag, memory with TLS', target('memory with TLS', 'manifest by tag')]])
    await compare(target('bare with TLS', 'manifest by tag'), tls, found)
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
}

function writeCertificates(folder: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  const made = makeCertificates({ names: [], now: Date.now() })
  mkdirSync(folder)
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  return { ca: made.ca.certificate, cert: file('cert.pem', made.certificate), key: file('key.pem', made.key) }
}

async function seed(url: URL): Promise<void> {
  const plain = new URL(url)
  plain.protocol = 'http:'
  const connection = await Connection.open(plain)
  await pushImage(connection, 'bench/app', '1.0', image)
  connection.close()
}

async function compare(bare: Target, ours: ReadonlyMap<string, Target>, found: Found): Promise<void> {
  for (const target of [bare, ...ours.values()]) await load(target, warmUp)
  for (let round = 0; round < rounds; round++) {
    const reference = await load(bare, slice)
    for (const [figure, target] of ours) found(figure, { ours: await load(target, slice), bare: reference })
  }
}
