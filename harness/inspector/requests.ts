import type { Requests } from '../../src/inspector/surroundings.js'
import type { RequestListener } from '../../src/server/event.js'
import type { RequestLog } from '../journal/log.js'
import { Recorded } from '../journal/request.js'

/** The requests that a journal has and gets. */
export function journaledRequests(log: RequestLog): Requests {
  return {
    recent: (after) => log.kept(after).map(({ request }) => request),
    listen: (listener) => log.wait({ hear: ({ request }) => listener(request), closed: () => undefined }),
  }
}

/** The requests that a registry gets which keeps no journal: those that somebody is looking for now. */
export function passingRequests(onRequest: (listener: RequestListener) => () => void): Requests {
  let last = 0
  return {
    recent: () => [],
    listen: (listener) => onRequest((event) => listener(new Recorded(++last, event, false).request)),
  }
}
