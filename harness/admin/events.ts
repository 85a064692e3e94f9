import { Readable } from 'node:stream'
import type { Reply } from '../../src/protocol/call.js'
import type { Query } from '../../src/route/query.js'
import type { JournaledRequest } from '../journal/request.js'
import type { Journal } from '../journal/view.js'
import { asked } from './end.js'
import { queryFilter } from './query-filter.js'

// Connections on which nothing moves are broken after five minutes.
const beat = 60_000

/**
 * Requests as server-sent events (WHATWG HTML, "Server-sent events"), until the registry closes or the client goes away.
 * @param lastId Of the event that the client has seen last, when it was here before: it goes on behind that one.
 */
export function eventStream(journal: Journal, query: Query, lastId: string | string[] | undefined): Reply {
  const gone = new AbortController()
  const filter = queryFilter(lastId === undefined ? query : new Map([...query, ['since', [String(lastId)]]]))
  const requests = asked(() => journal.stream({ filter, signal: gone.signal }))
  return {
    status: 200,
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
    body: () => Readable.from(frames(requests, journal), { objectMode: false }).once('close', () => gone.abort()),
  }
}

async function* frames(
  requests: AsyncIterator<JournaledRequest>,
  journal: Journal,
): AsyncGenerator<string, void, undefined> {
  // The client hears at once that it is heard.
  yield ': requests follow\n\n'
  try {
    for (let next = requests.next(); ;) {
      const found = await soon(next)
      if (found === undefined) yield ':\n\n'
      else if (found.done) return
      else {
        yield `id: ${found.value.id}\nevent: request\ndata: ${JSON.stringify(found.value)}\n\n`
        next = requests.next()
      }
    }
  } catch (error) {
    // Who reads too slowly, or comes back too late, is told, and goes on with what comes now.
    const data = JSON.stringify({ message: (error as Error).message })
    yield `id: ${journal.mark().since}\nevent: forgotten\ndata: ${data}\n\n`
  }
}

async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), beat).unref()))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
