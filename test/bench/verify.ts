import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRegistry, type Registry } from 'start-registry'
import { generateKeyPair, verifyImage, type PublicKey } from 'start-registry/cosign'
import { registrySource } from '../../src/client/source.js'
import { needBinary } from '../../vendor-binaries/find.js'
import { Wire } from '../support/content.js'
import { sign } from '../support/signing.js'
import { cli } from './children.js'
import { own, temporaryFolder } from './cleanup.js'
import { spread } from './spread.js'
import { atLeast, type Row } from './table.js'

const slices = 9
const sliceTime = 300
const processes = 15

/** Whoever tests with our verification in the place of the binary should have something of it. */
const goal = 5

/** How many signatures are verified in a second, by us and by the cosign binary, of the same images. */
export async function verify(): Promise<Row[]> {
  const folder = temporaryFolder()
  const registry = await startRegistry()
  try {
    const pair = generateKeyPair()
    const keyFile = join(folder.path, 'cosign.pub')
    writeFileSync(keyFile, pair.publicPem)
    const wire = new Wire(registry.port)
    const rows: Row[] = []
    for (const form of ['sig-tag', 'bundle'] as const) {
      const repository = `team/${form}`
      const digest = await wire.image(repository, '1')
      await sign(wire, repository, digest, { key: pair, form })
      rows.push(...(await rowsOf({ registry, form, digest, key: pair.publicKey, keyFile, home: folder.path })))
    }
    return rows
  } finally {
    await registry.close()
    folder.remove()
  }
}

interface Subject {
  readonly registry: Registry
  readonly form: 'sig-tag' | 'bundle'
  readonly digest: string
  readonly key: PublicKey
  readonly keyFile: string
  /** A folder with no configuration of clients. */
  readonly home: string
}

async function rowsOf({ registry, form, digest, key, keyFile, home }: Subject): Promise<Row[]> {
  const repository = `team/${form}`
  const reference = `${registry.host}/${repository}@${digest}`
  const cosign = await needBinary('cosign@3.1.3')
  const env = { ...process.env, HOME: home, DOCKER_CONFIG: home, COSIGN_REPOSITORY: '' }
  const binary = [cosign.path, 'verify', '--key', keyFile, '--insecure-ignore-tlog=true', reference]
  const byBinary: number[] = []
  const byCli: number[] = []
  for (let n = 0; n < processes; n++) {
    byBinary.push(await processRate(binary, env))
    byCli.push(await processRate([process.execPath, cli, 'verify', '--key', keyFile, reference], env))
  }
  const source = registrySource(reference)
  const overHttp = await rates(
    async () => (await verifyImage(source, digest, { keys: [key] }, { strictness: 'cosign' })).verified,
  )
  source.close()
  const inProcess = await rates(
    async () => (await registry.verify(`${repository}@${digest}`, { key: keyFile })).verified,
  )
  const row = (figure: string, values: readonly number[], note: string): Row => {
    return { figure: `${form}: ${figure}`, unit: '/s', measured: spread(values), note }
  }
  const own = row('registry.verify', inProcess, `${slices} times ${sliceTime} ms, the key read each time`)
  return [
    row('cosign 3.1.3 verify', byBinary, `${processes} processes, one after the other`),
    row('start-registry verify', byCli, `${processes} processes, alternating with cosign's`),
    row('verifyImage over http', overHttp, `${slices} times ${sliceTime} ms, one connection`),
    { ...own, goal: atLeast(Math.round(goal * spread(byBinary).median), spread(inProcess)) },
  ]
}

/** How often a second a process like this could run. @throws Error when it does not verify. */
async function processRate(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [file = '', ...args] = words
  const began = performance.now()
  const child = own(spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] }))
  const ended = once(child, 'exit')
  const said = Buffer.concat(await child.stderr.toArray()).toString()
  const [status] = await ended
  if (status !== 0) throw new Error(`${words.slice(0, 3).join(' ')} ended with ${String(status)}: ${said}`)
  return 1000 / (performance.now() - began)
}

/** How often a second something is done, in slices of time, once it has been done for one. */
async function rates(once: () => Promise<boolean>): Promise<number[]> {
  const found: number[] = []
  for (let slice = 0; slice <= slices; slice++) {
    const began = performance.now()
    let count = 0
    while (performance.now() - began < sliceTime) {
      if (!(await once())) throw new Error('it is not verified')
      count++
    }
    found.push((count * 1000) / (performance.now() - began))
  }
  return found.slice(1)
}
