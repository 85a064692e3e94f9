import type { FaultRule, Registry, RequestEvent, StartOptions } from 'start-registry'
import { sha256 } from './content.js'
import { head, hear, RawConnection } from './heard.js'
import { parseReply, type RawReply } from './raw.js'
import { registryFor, type Teardown } from './registries.js'

/** A blob, whose bytes tell where they stand. */
export const content: Buffer = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
export const blobPath: string = `/v2/team/app/blobs/${sha256(content)}`

/** A registry with `content` in team/app and some faults, and the events of what is asked then. */
export async function faulty(
  t: Teardown,
  rules: readonly (FaultRule | string)[],
  options: StartOptions = {},
): Promise<{ readonly registry: Registry; readonly events: readonly RequestEvent[] }> {
  const { registry } = await registryFor(t, options)
  const digest = sha256(content)
  const { id } = await registry.store.createUpload('team/app', { at: Date.now() })
  await registry.store.appendUpload(id, pieces(content), { at: Date.now() })
  await registry.store.finishUpload(id, digest as `sha256:${string}`, Date.now())
  for (const rule of rules) registry.faults.add(rule)
  const events: RequestEvent[] = []
  registry.onRequest((event) => void events.push(event))
  return { registry, events }
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer, void> {
  yield bytes
}

/** One request over a connection of its own, and its reply. */
export async function ask(
  registry: Registry,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer | string = '',
): Promise<RawReply> {
  const bytes = Buffer.from(body)
  const length = bytes.length > 0 || method === 'POST' || method === 'PUT' ? { 'Content-Length': bytes.length } : {}
  const start = head(method, target, { ...length, Connection: 'close', ...headers })
  return parseReply((await hear(registry, Buffer.concat([Buffer.from(start), bytes]))).bytes, method)
}

/** The status of one request over a connection of its own; how it ended where no reply came. */
export async function statusOf(registry: Registry, method: string, target: string): Promise<number | string> {
  const { bytes, ended } = await hear(registry, head(method, target, { Connection: 'close' }))
  return bytes.length === 0 ? ended : parseReply(bytes, method).status
}

/** A connection that is closed with the test. */
export function connectionTo(t: Teardown, registry: Registry): RawConnection {
  const connection = new RawConnection(registry)
  t.teardown(() => connection.close())
  return connection
}
