import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { createRegistry } from 'start-registry/core'
import { adminStage } from '../../harness/admin/stage.js'
import type { Steered, SteeredFault } from '../../harness/admin/steered.js'
import { movableClock } from '../../harness/clock.js'
import { openJournal } from '../../harness/journal/journal.js'
import { errorOf, Wire } from '../support/content.js'
import type { Teardown } from '../support/registries.js'

const root = '/_start-registry'

/** A registry whose state is one word, which says what was done to it. */
function steeredBy(done: string[]): Steered {
  let faults: SteeredFault[] = []
  let last = 0
  return {
    url: 'http://127.0.0.1:1',
    host: '127.0.0.1:1',
    profile: 'oci',
    journal: openJournal().journal,
    clock: movableClock(() => 0),
    faults: {
      add(rule) {
        if (rule === 'nonsense') throw new TypeError('start-registry: faults: a rule needs a fault')
        const id = ++last
        const fault = { id, rule, hits: 2, remove: () => (faults = faults.filter((one) => one !== fault)) }
        faults.push(fault)
        return fault
      },
      list: () => faults,
      clear: () => void (faults = []),
    },
    snapshot: async () => `state ${done.length}`,
    restore: async (snapshot) => void done.push(`restored ${String(snapshot)}`),
    reset: async () => void done.push('reset'),
    namespace(under) {
      if (under === 'UP') throw new TypeError('start-registry: namespace takes the name of a repository, not "UP"')
      return `${under ?? 'nothing'}/test`
    },
    collect: async (options) => ({ blobs: 1, options }),
  }
}

async function served(t: Teardown, steered: Steered): Promise<Wire> {
  const core = createRegistry({ stages: [adminStage(() => steered, {})] })
  const server = createServer(core.handle)
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new Wire((server.address() as AddressInfo).port)
}

/** Sends JSON, or nothing; answers the status and the JSON that comes back. */
async function ask(wire: Wire, method: string, path: string, body?: unknown): Promise<[status: number, json: unknown]> {
  const headers = { 'Content-Type': 'application/json' }
  const request = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  const reply = await wire.send(method, `${root}/${path}`, request)
  return [reply.status, reply.text === '' ? undefined : JSON.parse(reply.text)]
}

void t.test('faults are added, listed and taken away', async (t) => {
  const wire = await served(t, steeredBy([]))
  const rule = { route: 'blob', fault: 'reset' }
  t.same(await ask(wire, 'POST', 'faults', rule), [201, { id: 1, rule, hits: 2 }])
  t.same(await ask(wire, 'POST', 'faults', 'blob: reset'), [201, { id: 2, rule: 'blob: reset', hits: 2 }])
  t.same(await ask(wire, 'GET', 'faults/1'), [200, { id: 1, rule, hits: 2 }])
  t.same(await ask(wire, 'DELETE', 'faults/1'), [204, undefined])
  t.same(await ask(wire, 'GET', 'faults'), [200, { faults: [{ id: 2, rule: 'blob: reset', hits: 2 }] }])
  for (const method of ['GET', 'DELETE']) {
    const gone = await wire.send(method, `${root}/faults/1`)
    t.same([gone.status, errorOf(gone).code], [404, 'NOT_FOUND'])
  }
  t.same(await ask(wire, 'DELETE', 'faults'), [204, undefined])
  t.same(await ask(wire, 'GET', 'faults'), [200, { faults: [] }])
  const [status, wrong] = await ask(wire, 'POST', 'faults', 'nonsense')
  t.equal(status, 400)
  t.same(wrong, { errors: [{ code: 'BAD_REQUEST', message: 'faults: a rule needs a fault' }] })
  t.match(await ask(wire, 'POST', 'faults'), [400, { errors: [{ message: 'send the rule as the body, in JSON' }] }])
})

void t.test('snapshots are kept by their ids', async (t) => {
  const done: string[] = []
  const wire = await served(t, steeredBy(done))
  t.same(await ask(wire, 'POST', 'reset'), [204, undefined])
  t.same(await ask(wire, 'POST', 'snapshots'), [201, { id: '1' }])
  t.same(await ask(wire, 'POST', 'snapshots/1/restore'), [204, undefined])
  t.same(await ask(wire, 'POST', 'snapshots'), [201, { id: '2' }])
  t.same(await ask(wire, 'DELETE', 'snapshots/1'), [204, undefined])
  t.same(await ask(wire, 'GET', 'snapshots'), [200, { snapshots: ['2'] }])
  t.match(await ask(wire, 'POST', 'snapshots/1/restore'), [404, { errors: [{ message: 'there is no such snapshot' }] }])
  t.same(await ask(wire, 'POST', 'snapshots/2/restore'), [204, undefined])
  t.same(done, ['reset', 'restored state 1', 'restored state 2'])
})

void t.test('namespaces and collection', async (t) => {
  const wire = await served(t, steeredBy([]))
  t.same(await ask(wire, 'POST', 'namespace'), [201, { namespace: 'nothing/test' }])
  t.same(await ask(wire, 'POST', 'namespace', { under: 'team' }), [201, { namespace: 'team/test' }])
  const refused = 'namespace takes the name of a repository, not "UP"'
  t.match(await ask(wire, 'POST', 'namespace', { under: 'UP' }), [400, { errors: [{ message: refused }] }])
  t.match(await ask(wire, 'POST', 'namespace', { within: 'team' }), [400, { errors: [{ code: 'BAD_REQUEST' }] }])
  t.same(await ask(wire, 'POST', 'collect'), [200, { blobs: 1, options: {} }])
  const options = { grace: 0, untagged: true }
  t.same(await ask(wire, 'POST', 'collect', options), [200, { blobs: 1, options }])
  for (const [body, message] of [
    [{ grace: -1 }, 'grace must be milliseconds, 0 or more'],
    [{ untagged: 'yes' }, 'untagged must be true or false'],
  ] as const) {
    t.match(await ask(wire, 'POST', 'collect', body), [400, { errors: [{ message }] }])
  }
})

void t.test('what a registry cannot do is said, and so is what fails', async (t) => {
  const { url, host, profile, journal, clock } = steeredBy([])
  const rest: Steered = { url, host, profile, journal, clock }
  const wire = await served(t, rest)
  for (const [path, what] of [
    ['reset', 'be reset'],
    ['snapshots', 'take snapshots'],
    ['namespace', 'give namespaces'],
    ['collect', 'collect'],
    ['faults', 'make faults'],
  ] as const) {
    const message = `this registry cannot ${what}`
    t.match(await ask(wire, 'POST', path), [501, { errors: [{ code: 'UNSUPPORTED', message }] }])
  }
  const failing = await served(t, {
    ...rest,
    reset: async () => {
      throw new Error('start-registry: this store has no `snapshots`')
    },
  })
  const error = { code: 'UNKNOWN', message: 'this store has no `snapshots`' }
  t.same(await ask(failing, 'POST', 'reset'), [500, { errors: [error] }])
})
