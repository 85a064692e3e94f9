import type { Route } from '../../src/route/route.js'
import type { RequestListener } from '../../src/server/event.js'
import { readCount } from './count.js'
import { expected, expectNone, missing, scopeOf, type Scope } from './expectations.js'
import { ExpectationError } from './failure.js'
import { fits, readFilter, type ReadFilter, type RequestFilter } from './filter.js'
import { harOf } from './har.js'
import { RequestLog } from './log.js'
import type { JournaledRequest, Recorded } from './request.js'
import { requestsBehind } from './stream.js'
import { odd, strangers } from './unexpected.js'
import type { Journal, JournalOptions, JournalView, RequestCount, StreamOptions, WaitOptions } from './view.js'
import { checkTimeout, defaultTimeout, nextRequest } from './wait.js'

const defaultLimit = 10_000

/** A journal and what fills it. */
export interface OpenJournal {
  readonly journal: Journal
  /** What it keeps. */
  readonly log: RequestLog
  readonly record: RequestListener
  /** Ends who waits for requests; what is there stays. */
  readonly close: () => void
}

/**
 * Makes the journal of a registry.
 * @param isAside Whether requests to a route are nothing that a test is about. @default none is
 */
export function openJournal(options: JournalOptions = {}, isAside?: (route: Route) => boolean): OpenJournal {
  const log = new RequestLog(options.limit ?? defaultLimit, options.credentials ?? false)
  return {
    journal: new WholeJournal(log),
    log,
    record: (event) => {
      if (!isAside?.(event.route)) log.record(event)
    },
    close: () => log.close(),
  }
}

const read = (recorded: Recorded): JournaledRequest => recorded.request

class View implements JournalView {
  readonly since: number
  protected readonly log: RequestLog
  readonly #scope: readonly ReadFilter[]

  constructor(log: RequestLog, since: number, scope: readonly ReadFilter[]) {
    this.log = log
    this.since = since
    this.#scope = scope
  }

  readonly requests = (filter: RequestFilter = {}): readonly JournaledRequest[] => this.#fitting(filter).map(read)

  readonly expect = (filter: RequestFilter, count: RequestCount = { atLeast: 1 }): readonly JournaledRequest[] => {
    const wanted = readFilter(filter)
    return expected(this.#scopeBehind(wanted), wanted, readCount(count), this.expect).map(read)
  }

  readonly expectOnly = (filters: readonly RequestFilter[]): void => {
    if (!Array.isArray(filters)) throw new TypeError('start-registry: journal: expectOnly takes an array of filters')
    const wanted = filters.map(readFilter)
    const scope = this.#scopeBehind()
    const text = wanted.length === 0 ? 'nothing' : wanted.map((filter) => `(${filter.text})`).join(', ')
    expectNone(strangers(scope.requests, wanted), `expected ${text} only`, 'expectOnly', scope, this.expectOnly)
  }

  readonly expectNothingUnexpected = ({
    allow = [],
  }: { readonly allow?: readonly RequestFilter[] | undefined } = {}): void => {
    const allowed = allow.map(readFilter)
    const scope = this.#scopeBehind()
    const { expectNothingUnexpected } = this
    const wanted = 'expected nothing unexpected'
    expectNone(odd(scope.requests, allowed), wanted, 'expectNothingUnexpected', scope, expectNothingUnexpected)
  }

  readonly waitFor = async (filter: RequestFilter, options: WaitOptions = {}): Promise<JournaledRequest> => {
    const wanted = readFilter(filter)
    checkTimeout(options.timeout)
    options.signal?.throwIfAborted()
    const scope = this.#scopeBehind(wanted)
    const here = scope.requests.find((recorded) => fits(wanted, recorded))
    if (here) return here.request
    const found = await nextRequest(this.log, this.#taking(wanted), options)
    if (typeof found === 'object') return found.request
    // Made here, and not where the time was up, so that its stack tells who waited.
    const when = found === 'closed' ? 'before the registry closed' : `within ${options.timeout ?? defaultTimeout} ms`
    const lines = missing(`expected a request with ${wanted.text} ${when}`, [], wanted, this.#scopeBehind(wanted))
    throw new ExpectationError(lines.join('\n'), { operator: 'waitFor', actual: 0, expected: 1, below: this.waitFor })
  }

  readonly stream = ({ filter = {}, signal }: StreamOptions = {}): AsyncIterableIterator<JournaledRequest> => {
    const wanted = readFilter(filter)
    const since = wanted.since === undefined ? this.log.last : Math.max(wanted.since, this.since)
    return requestsBehind(this.log, since, this.#taking(wanted), signal)
  }

  readonly har = (filter: RequestFilter = {}): ReturnType<typeof harOf> => harOf(this.requests(filter))

  readonly mark = (): JournalView => new View(this.log, this.log.last, this.#scope)

  readonly where = (filter: RequestFilter): JournalView => {
    const narrowed = readFilter(filter)
    return new View(this.log, Math.max(this.since, narrowed.since ?? 0), [...this.#scope, narrowed])
  }

  #fitting(filter: RequestFilter): readonly Recorded[] {
    const wanted = readFilter(filter)
    return this.#scopeBehind(wanted).requests.filter((recorded) => fits(wanted, recorded))
  }

  #scopeBehind(wanted?: ReadFilter): Scope {
    return scopeOf(this.log, Math.max(this.since, wanted?.since ?? 0), this.#scope)
  }

  #taking(wanted: ReadFilter): (recorded: Recorded) => boolean {
    const all = [...this.#scope, wanted]
    return (recorded) => all.every((filter) => fits(filter, recorded))
  }
}

class WholeJournal extends View implements Journal {
  constructor(log: RequestLog) {
    super(log, 0, [])
  }

  get forgotten(): number {
    return this.log.forgotten(0)
  }

  readonly clear = (): void => this.log.clear()
}
