import assert from 'node:assert/strict'
import { join } from 'node:path'
import { startRegistry, type Registry } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import { assertFails, type Failure } from '../failure.js'
import { assertWho } from '../who.js'
import { Heard } from '../heard.js'
import type { Desk, ScenarioContext } from '../scenario.js'

/** A client that takes plain http where it should not, or is told to. */
interface PlainClient {
  readonly id: string
  readonly use: (sh: Run, registry: Registry) => Promise<RunResult>
  /** What it says to a registry that serves https alone. */
  readonly refused: Failure
  /** Why it speaks http; undefined when it is told to. */
  readonly why?: string
}

const tells = (before: string): RegExp =>
  new RegExp(`${before}BAD_REQUEST.*this registry speaks https: use https://127\\.0\\.0\\.1:\\d+`)

const fallsBack = 'It tries https first, and does not say that it failed: on localhost and private addresses.'
const never = 'It never tries https there.'

const cosign = (id: string): PlainClient => ({
  id,
  use: (sh, { host }) => sh`cosign upload blob -f notes.txt ${host}/team/cosign:1.0`,
  refused: { status: 1, message: tells('GET http://127\\.0\\.0\\.1:\\d+/v2/: ') },
  why: fallsBack,
})

const helm = (id: string): PlainClient => ({
  id,
  use: (sh, { host }) => sh`helm push --plain-http web-0.1.0.tgz oci://${host}/charts`,
  refused: { status: 1, message: /^Error: .*: response status code 400: Bad Request$/ },
})

/** In sets of one version each. */
const sets: readonly (readonly PlainClient[])[] = [
  [
    cosign('cosign@1.0.0'),
    {
      id: 'crane',
      use: (sh, { host }) => sh`crane append --new_layer layer.tar --new_tag ${host}/team/crane:1.0`,
      refused: { status: 1, message: tells('GET http://127\\.0\\.0\\.1:\\d+/v2/: ') },
      why: fallsBack,
    },
    {
      id: 'oras',
      use: (sh, { port }) => sh`oras push --no-tty localhost:${port}/team/oras:1.0 notes.txt`,
      refused: {
        status: 1,
        message: /^Error response from registry: HEAD "http:\/\/localhost:.*: response status code 400: Bad Request$/m,
      },
      why: 'It never tries https on localhost.',
    },
    {
      id: 'helm@3.8.2',
      use: (sh, { host }) => sh`helm push web-0.1.0.tgz oci://${host}/charts`,
      refused: { status: 1, message: /^Error: unexpected status: 400 Bad Request$/ },
      why: never,
    },
    {
      id: 'regctl',
      use: (sh, { host }) => sh`regctl --host reg=${host},tls=disabled tag ls ${host}/team/oras`,
      refused: { status: 1, message: tells('') },
    },
    {
      id: 'curl',
      use: (sh, { host }) => sh`curl --silent --show-error --fail-with-body http://${host}/v2/`,
      refused: { status: 22, message: /^curl: \(22\) The requested URL returned error: 400$/ },
    },
  ],
  [cosign('cosign@2.6.5'), helm('helm@3.22.0')],
  [cosign('cosign@3.1.3'), helm('helm@4.3.1')],
]

/** On one port with https, http is taken by who falls back to it without a word; with https alone they are told. */
export async function plainHttp(context: ScenarioContext): Promise<void> {
  for (const http of [true, false]) {
    await using registry = await startRegistry({ tls: true, http })
    const heard = new Heard(registry)
    for (const clients of sets) {
      const { sh } = await openDesk(context, registry, clients)
      for (const client of clients) {
        const { id, use, refused, why } = client
        context.say(`${id.replace('@', ' ')} speaks http ${http ? 'beside https' : 'where there is only https'}`)
        heard.take()
        if (http) {
          const { stderr } = await use(sh, registry)
          assert.doesNotMatch(stderr, /x509|https?:\/\//)
          assertWho(heard.take(), 'http anybody')
          if (why !== undefined) context.show({ client: id, story: 'take http unasked', over: 'http', note: why })
        } else {
          await assertFails(refused, sh, (failing) => use(failing, registry))
          const requests = heard.take()
          assert.deepEqual([...new Set(requests.map(({ scheme, status }) => `${scheme} ${status}`))], ['http 400'])
        }
      }
    }
    if (!http) await asSent(context, registry)
  }
}

/** The refusal as it is sent. */
async function asSent(context: ScenarioContext, registry: Registry): Promise<void> {
  context.say('What a registry with https alone answers to http')
  const { sh } = context.desk(registry.env({ trust: false }), { clients: ['curl'] })
  const write = ['--write-out', ' %{http_code}']
  const { stdout } = await sh`curl --silent ${write} http://${registry.host}/v2/`
  const message = `this registry speaks https: use ${registry.url}`
  assert.equal(stdout, `${JSON.stringify({ errors: [{ code: 'BAD_REQUEST', message }] })} 400`)
}

async function openDesk(context: ScenarioContext, registry: Registry, clients: readonly PlainClient[]): Promise<Desk> {
  const env = registry.env({ trust: false })
  const own = { ...env, REGCTL_CONFIG: join(env['HOME'] ?? '', 'regctl.json') }
  context.say('Something to push')
  const desk = context.desk(own, { clients: clients.map(({ id }) => id) })
  desk.write('notes.txt', `notes for ${registry.url}\n`)
  await desk.sh`tar -cf layer.tar notes.txt`
  await desk.sh`helm create web`
  await desk.sh`helm package web`
  return desk
}
