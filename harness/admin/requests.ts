import { emptyReply, jsonReply } from '../../src/protocol/call.js'
import { first } from '../../src/route/query.js'
import type { RequestFilter } from '../journal/filter.js'
import type { Journal, JournalView, RequestCount } from '../journal/view.js'
import { membersOf } from './body.js'
import { asked, badRequest, type AdminEnds } from './end.js'
import { eventStream } from './events.js'
import { queryFilter } from './query-filter.js'

const filterWords =
  '?method=&route=&repository=&reference=&account=&status=&path=&target=&header=&fault=&aborted=&since='

// Connections on which nothing moves are broken after five minutes.
const longestWait = 240_000

/** What a body is about: the journal, or the part of it that `since` and `where` leave. */
function viewOf(journal: Journal, { since, where }: Readonly<Record<string, unknown>>): JournalView {
  const view = where === undefined ? journal : journal.where(where as RequestFilter)
  return since === undefined ? view : view.where({ since } as RequestFilter)
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text) && Number(text) <= longestWait) return Number(text)
  throw badRequest(`timeout must be milliseconds, at most ${longestWait}`)
}

/** The ends for the journal. */
export const requestEnds: AdminEnds = {
  requests: {
    GET: {
      what: 'the requests so far, the oldest first; in texts * stands for any part, and a name may come again',
      takes: filterWords,
      answer({ query }, { journal }) {
        const requests = asked(() => journal.requests(queryFilter(query)))
        return jsonReply(200, { requests, forgotten: journal.forgotten })
      },
    },
    DELETE: {
      what: 'forgets them',
      answer(_call, { journal }) {
        journal.clear()
        return emptyReply(204)
      },
    },
  },
  'requests/mark': {
    POST: {
      what: 'a `since` that leaves only the requests that come from now on',
      answer: (_call, { journal }) => jsonReply(200, { since: journal.mark().since }),
    },
  },
  'requests/wait': {
    GET: {
      what: 'the first request that fits, when it comes; 409 when none comes in time (in milliseconds)',
      takes: `${filterWords}&timeout=5000`,
      async answer({ query }, { journal }) {
        const filter = queryFilter(query, ['timeout'])
        const timeout = timeoutOf(first(query, 'timeout'))
        // What is wrong with a filter is said at once, and not by the promise.
        asked(() => journal.where(filter))
        return jsonReply(200, await journal.waitFor(filter, { timeout }))
      },
    },
  },
  'requests/expect': {
    POST: {
      what: 'the requests that fit; 409 when they are not so many (by default at least one)',
      takes:
        '{"filter": {"method": "PUT", "route": "manifest", "repository": "team/*", "status": 201}, "count": 1, "since": 0, "where": {}}',
      answer({ body }, { journal }) {
        const { filter = {}, count, ...part } = membersOf(body, ['filter', 'count', 'since', 'where'])
        const requests = asked(() =>
          viewOf(journal, part).expect(filter as RequestFilter, count as RequestCount | undefined),
        )
        return jsonReply(200, { requests })
      },
    },
  },
  'requests/expect-only': {
    POST: {
      what: '409 when a request fits none of the filters',
      takes: '{"filters": [{"repository": "team/app"}, {"route": "base"}], "since": 0, "where": {}}',
      answer({ body }, { journal }) {
        const { filters, ...part } = membersOf(body, ['filters', 'since', 'where'])
        asked(() => viewOf(journal, part).expectOnly(filters as readonly RequestFilter[]))
        return jsonReply(200, {})
      },
    },
  },
  'requests/expect-nothing-unexpected': {
    POST: {
      what: '409 when a request was answered 5xx, lost its connection or went to no page',
      takes: '{"allow": [{"path": "/healthz"}], "since": 0, "where": {}}',
      answer({ body }, { journal }) {
        const { allow = [], ...part } = membersOf(body, ['allow', 'since', 'where'])
        if (!Array.isArray(allow)) throw badRequest('allow must be an array of filters')
        asked(() => viewOf(journal, part).expectNothingUnexpected({ allow: allow as readonly RequestFilter[] }))
        return jsonReply(200, {})
      },
    },
  },
  har: {
    GET: {
      what: 'the requests so far as an HTTP archive',
      takes: filterWords,
      answer: ({ query }, { journal }) =>
        jsonReply(
          200,
          asked(() => journal.har(queryFilter(query))),
        ),
    },
  },
  events: {
    GET: {
      what: 'a server-sent event for each request that comes, named `request`',
      takes: filterWords,
      answer: ({ query, headers }, { journal }) => eventStream(journal, query, headers['last-event-id']),
    },
  },
}
