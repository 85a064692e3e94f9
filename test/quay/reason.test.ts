import t from 'tap'
import { startRegistry, type StartOptions } from '../../harness/index.js'
import { reasonOf } from '../../src/quay/v2/reason.js'

void t.test("the words behind a status are Quay's", async (t) => {
  const rows: readonly (readonly [StartOptions, string])[] = [
    [{ profile: 'quay-3.7' }, 'UNAUTHORIZED'],
    [{ anonymous: 'none' }, 'Unauthorized'],
  ]
  for (const [options, words] of rows) {
    await using registry = await startRegistry(options)
    const { status, statusText } = await fetch(`${registry.url}/v2/`)
    t.same([status, statusText], [401, words])
  }
})

void t.test('all of them', async (t) => {
  const rows: readonly (readonly [number, string])[] = [
    [200, 'OK'],
    [201, 'CREATED'],
    [202, 'ACCEPTED'],
    [204, 'NO CONTENT'],
    [404, 'NOT FOUND'],
    [405, 'METHOD NOT ALLOWED'],
    [413, 'REQUEST ENTITY TOO LARGE'],
    [415, 'UNSUPPORTED MEDIA TYPE'],
    [416, 'REQUESTED RANGE NOT SATISFIABLE'],
    [500, 'INTERNAL SERVER ERROR'],
  ]
  for (const [status, words] of rows) t.equal(reasonOf(status), words)
})
