import assert from 'node:assert/strict'
import { startRegistry, type Registry, type RequestEvent } from '../../harness/index.js'
import { Heard, headerOf, lineOf } from '../heard.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import { alice, secrets } from '../people.js'
import { pushers, targetOf, type Pusher } from './pushers.js'

/** When a token expires: the upload is open, its bytes are there, it is finished. */
const moments = {
  opened: 'before the bytes of an upload',
  sent: 'before the end of an upload',
  finished: 'before the manifest',
} as const

type Moment = keyof typeof moments

const triggers: Readonly<Record<Moment, (event: RequestEvent) => boolean>> = {
  opened: () => false,
  sent: ({ method, route, status }) => method === 'PATCH' && route.kind === 'upload' && status === 202,
  finished: ({ method, route, status }) => method === 'PUT' && route.kind === 'upload' && status === 201,
}

/** What a client does then: it gets a new token and goes on, or fails with a message. */
type Outcome = 'goes on' | { readonly message: string }
type Outcomes = Readonly<Partial<Record<Moment, Outcome>>>

const expired = { message: 'unauthorized: this token has expired: get a new one' }
// They ask for a new token when their own clock says so, and never because they are told.
const containers: Outcomes = {
  opened: expired,
  sent: expired,
  finished: { message: 'unauthorized: authentication required' },
}
// What it sends comes from a file or a pipe, which it cannot send twice; a manifest it can.
const orasGo: Outcomes = { opened: expired, finished: 'goes on' }
const once = { message: 'cannot reuse body, request must be retried' }

const outcomes: Readonly<Record<string, Outcomes>> = {
  podman: containers,
  skopeo: containers,
  buildah: containers,
  'helm@3.8.2': { opened: once, finished: once },
  'helm@3.22.0': orasGo,
  'helm@4.3.1': orasGo,
  // Before the bytes it goes on or not, by chance: the second time it sends what of them the first time has left.
  'cosign@1.0.0': { sent: 'goes on', finished: 'goes on' },
  'cosign@2.6.5': { opened: 'goes on', sent: 'goes on', finished: 'goes on' },
  'cosign@3.1.3': { opened: 'goes on', sent: 'goes on', finished: 'goes on' },
  crane: { opened: { message: 'file already closed' }, sent: 'goes on', finished: 'goes on' },
  oras: orasGo,
  regctl: {
    opened: { message: 'Failed to push blob' },
    finished: { message: 'Failed to push manifest' },
  },
}

/** In seconds. */
const lifetime = 3600

const over = 'http, login'

/**
 * A token expires in the middle of a push. Over http: there the registry hears that a reply is sent before the client
 * can ask the next thing, and so the clock moves between the two.
 */
export async function tokensExpire(context: ScenarioContext): Promise<void> {
  for (const pusher of pushers) {
    for (const [moment, outcome] of Object.entries(outcomes[pusher.id] ?? {}) as [Moment, Outcome][]) {
      context.say(`${pusher.id.replace('@', ' ')}: the token expires ${moments[moment]}`)
      await pushThrough(context, pusher, moment, outcome)
      const about = { client: pusher.id, story: `renew a token ${moments[moment]}`, over } as const
      if (outcome === 'goes on') context.show(about)
      else context.defect({ ...about, message: outcome.message })
    }
  }
  for (const pusher of pushers.filter(({ id }) => outcomes[id] === containers)) await renewByOwnClock(context, pusher)
}

async function pushThrough(context: ScenarioContext, pusher: Pusher, moment: Moment, outcome: Outcome): Promise<void> {
  let late = 0
  await using registry = await startRegistry({
    accounts: [alice],
    tokenLifetime: lifetime,
    clock: () => Date.now() + late,
  })
  const desk = deskOf(context, registry, pusher)
  const target = targetOf(registry)
  await pusher.prepare(desk, target)
  await pusher.pushConfig?.(desk, target)
  const heard = new Heard(registry)
  const expire = (): void => void (late = lifetime * 1000)
  holdFirstUpload(registry, pusher.pushConfig ? 2 : 1, () => moment === 'opened' && expire())
  registry.onRequest((event) => void (late === 0 && triggers[moment](event) && expire()))
  const { status, output } = await pusher.push(desk.sh({ status: 'any' }), target)
  assert.notEqual(late, 0, 'no request was the one to wait for')
  const requests = heard.take()
  const refused = requests.findIndex(isRefusedToken)
  assert.notEqual(refused, -1, requests.map(lineOf).join('\n'))
  if (outcome === 'goes on') {
    assert.equal(status, 0, output)
    assertNewToken(requests.slice(refused))
    assertOneUploadEach(requests)
    return
  }
  assert.notEqual(status, 0, output)
  assert.ok(output.includes(outcome.message), output)
  if (moment !== 'finished') await finishUpload(desk, registry, requests, moment)
}

/**
 * Lets the first upload wait until the registry has told the client of `count` blobs whether they are there: clients
 * ask of all at once, and a question that comes late would meet an expired token before the upload does.
 */
function holdFirstUpload({ store, onRequest }: Registry, count: number, begin: () => void): void {
  const told = new Promise<void>((resolve) => {
    const digests = new Set<string>()
    const stop = onRequest(({ method, route, status }) => {
      if (method !== 'HEAD' || route.kind !== 'blob' || status === 401) return
      if (digests.add(route.digest).size < count) return
      stop()
      resolve()
    })
  })
  const createUpload = store.createUpload.bind(store)
  store.createUpload = async (...details) => {
    store.createUpload = createUpload
    await told
    begin()
    return createUpload(...details)
  }
}

const isRefusedToken = (event: RequestEvent): boolean =>
  event.status === 401 && headerOf(event, 'authorization')?.startsWith('Bearer ') === true

function assertNewToken(requests: readonly RequestEvent[]): void {
  const tokens = requests.filter(({ route, status }) => route.kind === 'token' && status === 200)
  assert.notEqual(tokens.length, 0, requests.map(lineOf).join('\n'))
  assert.deepEqual([...new Set(tokens.map(({ account }) => account))], [alice.username])
}

/** Each upload that was begun is the one that was finished: none was lost. */
function assertOneUploadEach(requests: readonly RequestEvent[]): void {
  const count = (method: string, status: number): number =>
    requests.filter((one) => one.method === method && one.route.kind.startsWith('upload') && one.status === status)
      .length
  assert.notEqual(count('POST', 202), 0)
  assert.equal(count('PUT', 201), count('POST', 202))
}

/** The upload that a client gave up is still there, and somebody with a login can finish it. */
async function finishUpload(
  { sh }: Desk,
  registry: Registry,
  requests: readonly RequestEvent[],
  moment: Moment,
): Promise<void> {
  const refused = requests.findLast((event) => event.route.kind === 'upload' && isRefusedToken(event))
  assert.ok(refused, requests.map(lineOf).join('\n'))
  const url = `${registry.url}${refused.target.replace(/\?.*/, '')}`
  const curl = ['--silent', '--user', `${alice.username}:${alice.password}`, '--write-out', '%{http_code}']
  assert.equal((await sh`curl ${curl} ${url}`).stdout, '204')
  if (moment !== 'sent') return
  const digest = digestIn(requests)
  assert.equal((await sh`curl ${curl} --request PUT ${`${url}?digest=${digest}`}`).stdout, '201')
}

/** What the client said the digest of its upload is, as it stands in a query. */
function digestIn(requests: readonly RequestEvent[]): string {
  const put = requests.find(({ method, route }) => method === 'PUT' && route.kind === 'upload')
  const digest = put && /[?&]digest=([^&]+)/.exec(put.target)?.[1]
  assert.ok(digest, requests.map(lineOf).join('\n'))
  return digest
}

/** To a client whose clock is ahead, each token has expired when it comes: it gets another for each request. */
async function renewByOwnClock(context: ScenarioContext, pusher: Pusher): Promise<void> {
  context.say(`${pusher.id}: each token has expired by its own clock`)
  const clock = (): number => Date.now() - 2 * lifetime * 1000
  await using registry = await startRegistry({ accounts: [alice], tokenLifetime: lifetime, clock })
  const desk = deskOf(context, registry, pusher)
  const target = targetOf(registry)
  await pusher.prepare(desk, target)
  const heard = new Heard(registry)
  await pusher.push(desk.sh, target)
  const requests = heard.take()
  assertOneUploadEach(requests)
  const upload = requests.filter(({ route }) => ['token', 'uploads', 'upload', 'manifest'].includes(route.kind))
  const methods = upload.map(({ route, method }) => (route.kind === 'token' ? 'token' : `${method} ${route.kind}`))
  const layer = methods.slice(methods.indexOf('POST uploads'), methods.indexOf('PUT upload') + 1)
  assert.deepEqual(layer, ['POST uploads', 'token', 'PATCH upload', 'token', 'PUT upload'])
  context.show({ client: pusher.id, story: 'renew a token by its own clock', over })
}

const deskOf = ({ desk }: ScenarioContext, registry: Registry, { id, helpers }: Pusher): Desk =>
  desk(registry.env({ as: alice.username }), { clients: [...new Set([id, ...helpers, 'curl'])], hide: secrets })
