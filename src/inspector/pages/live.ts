import { PassThrough } from 'node:stream'
import type { Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import { first } from '../../route/query.js'
import { html } from '../html.js'
import { pageHeaders, pageReply } from '../parts/layout.js'
import { requestRow } from '../parts/request-row.js'
import type { SeenRequest, Viewer } from '../surroundings.js'
import type { Visit } from '../visit.js'

const mostShown = 200
/** How many bytes may wait for a browser that does not read. */
const mostWaiting = 1 << 20

/** The requests that came, the last first, and those that come. */
export function livePage(visit: Visit): Reply {
  const shown = visibleBehind(visit, 0).slice(-mostShown).toReversed()
  const events = formatPage({ name: 'events' })
  const main = html`<p class="lead">What clients ask of this registry, as it is answered.</p>
    <div class="live" data-live="${events}" data-last="${shown[0]?.id ?? 0}">
      <div class="tools" hidden>
        <label for="live-filter">Filter requests</label>
        <input
          id="live-filter"
          type="search"
          placeholder="PUT manifests 404"
          autocomplete="off"
          spellcheck="false"
          data-focus-key="/"
        />
        <label class="check"><input type="checkbox" id="live-faults" /> Faults only</label>
        <button type="button" id="live-pause" aria-pressed="false">Pause</button>
        <button type="button" id="live-clear" class="quiet">Clear</button>
        <span id="live-state" role="status">Connecting…</span>
      </div>
      <noscript><p class="hint">Without scripts the list is as it was when the page was loaded.</p></noscript>
      <div role="log" aria-live="polite" aria-relevant="additions" aria-label="Requests, the last first">
        <ol class="requests">
          ${shown.map((one) => requestRow(one, visit.host))}
        </ol>
      </div>
      <section class="empty" id="live-empty" ${shown.length > 0 && html` hidden`}>
        <h2>No request yet</h2>
        <p>Let a client ask for something: <code>curl ${visit.scheme}://${visit.host}/v2/</code></p>
      </section>
    </div>`
  return pageReply(visit, { title: 'Live requests', here: 'live', main })
}

/** Streams of server-sent events (WHATWG HTML §9.2), each with one request as a row. */
export class LiveStreams {
  readonly #open = new Set<PassThrough>()

  /** Those that were missed since an id, then those that come. */
  open(visit: Visit, lastEventId: string | undefined): Reply {
    const after = Number(lastEventId ?? first(visit.query, 'after') ?? 0)
    return {
      status: 200,
      headers: { ...pageHeaders, 'Content-Type': 'text/event-stream; charset=utf-8' },
      body: () => this.#stream(visit, Number.isSafeInteger(after) && after >= 0 ? after : 0),
    }
  }

  #stream(visit: Visit, after: number): PassThrough {
    const stream = new PassThrough()
    const send = (request: SeenRequest): void => {
      if (!isVisible(request, visit.viewer)) return
      stream.write(eventOf(request, visit.host))
      // It comes again by itself, and says what it had last.
      if (stream.writableLength > mostWaiting) stream.destroy()
    }
    stream.write('retry: 1000\n\n')
    for (const request of visibleBehind(visit, after).slice(-mostShown)) send(request)
    const stop = visit.requests.listen(send)
    this.#open.add(stream)
    stream.once('close', () => {
      stop()
      this.#open.delete(stream)
    })
    return stream
  }

  /** Ends all of them. */
  close(): void {
    for (const stream of this.#open) stream.end()
  }
}

const eventOf = (request: SeenRequest, host: string): string =>
  `id: ${request.id}\ndata: ${JSON.stringify(requestRow(request, host).toString())}\n\n`

const visibleBehind = ({ requests, viewer }: Visit, after: number): readonly SeenRequest[] =>
  requests.recent(after).filter((request) => isVisible(request, viewer))

/** What goes to no repository is seen by whoever sent it, and by those who see all. Pages are no client's requests. */
function isVisible({ route, repository, account }: SeenRequest, viewer: Viewer): boolean {
  if (route === 'page') return false
  if (viewer.seesAll) return true
  if (repository !== undefined) return viewer.maySee(repository)
  return account !== undefined && account === viewer.account
}
