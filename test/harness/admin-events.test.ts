import { once } from 'node:events'
import type { Readable } from 'node:stream'
import t from 'tap'
import { eventStream } from '../../harness/admin/events.js'
import { registryFor } from '../support/registries.js'

const root = '/_start-registry'

/** The frames of a stream of events, each as its fields. */
async function* framesOf(response: Response): AsyncGenerator<Readonly<Record<string, string>>, void, undefined> {
  let rest = ''
  for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() as string
    for (const part of parts) {
      const lines = part.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) as [string, string])
      yield Object.fromEntries(lines)
    }
  }
}

const dataOf = ({ data }: Readonly<Record<string, string>>): { id: number; target: string } =>
  JSON.parse(data as string) as { id: number; target: string }

void t.test('each request is an event, until the registry closes', async (t) => {
  const { registry, wire } = await registryFor(t, { admin: true })
  await wire.get('/v2/before/tags/list')
  const response = await fetch(`${registry.url}${root}/events?route=tags`)
  t.equal(response.headers.get('content-type'), 'text/event-stream')
  const frames = framesOf(response)
  t.same((await frames.next()).value, { '': 'requests follow' })
  await wire.get('/v2/')
  await wire.get('/v2/after/tags/list')
  const { value } = await frames.next()
  t.match(value, { id: '3', event: 'request' })
  t.match(dataOf(value as Record<string, string>), { id: 3, target: '/v2/after/tags/list', status: 404 })
  const ended = frames.next()
  await registry.close()
  t.same(await ended, { value: undefined, done: true })
})

void t.test('who comes back goes on where they were, or is told what is gone', async (t) => {
  const { registry, wire } = await registryFor(t, { admin: true, journal: { limit: 2 } })
  for (let n = 1; n <= 4; n++) await wire.get(`/v2/app/manifests/${n}`)
  const events = async (id: string) => {
    const response = await fetch(`${registry.url}${root}/events`, { headers: { 'Last-Event-ID': id } })
    const frames = framesOf(response)
    await frames.next()
    return frames
  }
  const back = await events('3')
  t.match((await back.next()).value, { id: '4', event: 'request' })
  const late = await events('1')
  t.same((await late.next()).value, {
    id: '4',
    event: 'forgotten',
    data: '{"message":"start-registry: journal: the stream is read too slowly: 1 request made room for later ones"}',
  })
  t.same(await late.next(), { value: undefined, done: true })
})

void t.test('when the client goes away nobody waits for it any more', async (t) => {
  const { registry } = await registryFor(t)
  let signal: AbortSignal | undefined
  const { journal } = registry
  const stream: typeof journal.stream = (options) => {
    signal = options?.signal
    return journal.stream(options)
  }
  const { body } = eventStream({ ...journal, forgotten: 0, stream }, new Map(), undefined)
  const events = (body as () => Readable)()
  await once(events, 'readable')
  t.equal(signal?.aborted, false)
  events.destroy()
  await once(events, 'close')
  t.equal(signal?.aborted, true)
})
