import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { startRegistry, type RequestEvent } from '../../harness/index.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import { served, sha256 } from '../served.js'

const story = 'push an image four times at once'
const four = ['1', '2', '3', '4']

/** One image, pushed four times in parallel by each client: all succeed, and it is there once. */
export async function pushAtOnce({ say, desk, show }: ScenarioContext): Promise<void> {
  await using registry = await startRegistry()
  const requests: RequestEvent[] = []
  registry.onRequest((event) => void requests.push(event))
  const { sh, write, read }: Desk = desk(registry.env(), { clients: ['podman', 'crane'] })
  const image = `${registry.host}/team/app:1.0`

  say('podman pushes an image four times at once')
  // Long enough for pushes to overlap, and of bytes that no image had before.
  write('app/data', randomBytes(1_000_000).toString('base64'))
  write('app/Containerfile', 'FROM scratch\nCOPY data /\n')
  await sh`podman build --tag ${image} app`
  await Promise.all(four.map((n) => sh`podman push --digestfile pushed-${n}.txt ${image}`))
  const digest = read('pushed-1.txt').toString().trim()
  for (const n of four) assert.equal(read(`pushed-${n}.txt`).toString().trim(), digest)
  const first = await served(registry, '/v2/team/app/manifests/1.0')
  assert.equal(first.digest, digest)
  assert.equal(sha256(first.bytes), digest)
  show({ client: 'podman', story, over: 'http' })

  say('crane pushes it four times at once')
  const again = `${registry.host}/team/again:1.0`
  await sh`crane pull --format oci ${image} layout`
  const pushed = await Promise.all(four.map(() => sh`crane push layout ${again}`))
  for (const { stdout } of pushed) assert.equal(stdout, `${registry.host}/team/again@${digest}`)
  const second = await served(registry, '/v2/team/again/manifests/1.0')
  assert.deepEqual(second.bytes, first.bytes)
  show({ client: 'crane', story, over: 'http' })

  // What is not there yet is asked for; nothing else goes wrong.
  const refused = requests.filter(({ status }) => status >= 400)
  assert.deepEqual([...new Set(refused.map(({ method, status }) => `${method} ${status}`))], ['HEAD 404'])
}
