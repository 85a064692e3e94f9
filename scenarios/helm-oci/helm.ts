import assert from 'node:assert/strict'
import type { Registry, RequestEvent } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import type { Over } from '../compatibility/record.js'
import { Heard } from '../heard.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import { served, type Login, type Served } from '../served.js'
import { alice } from '../people.js'
import { outline } from './outline.js'
import type { Version, Where } from './versions.js'

/** One version of helm, the registry that it works with, and how it gets there. */
export interface Helm extends Pick<Desk, 'folder' | 'read' | 'write'>, Where {
  readonly version: Version
  readonly registry: Registry
  readonly heard: Heard
  /** Who works with it, where somebody has to log in. */
  readonly account: Login | undefined
  readonly sh: Run
  /** The same for what is to end with status 1. */
  readonly fails: Run
  /** What leads it to its home. */
  readonly env: Readonly<Record<string, string>>
  /** Where it keeps logins. */
  readonly configFile: string
  /** Flags of each command that asks the registry. */
  readonly flags: readonly string[]
  readonly say: (heading: string) => void
  /** Records that it does what a story says. */
  readonly show: (story: string) => void
  /** Records that it does not, and the message that it has instead. */
  readonly defect: (story: string, message: string, note?: string) => void
}

interface Options extends Pick<Helm, 'registry' | 'version' | 'host' | 'auth' | 'account' | 'flags' | 'env'> {
  readonly over: Over
  /** What there is beside helm. @default gpg */
  readonly beside?: readonly string[]
  /** How its commands are run, beside that. */
  readonly sh?: ((sh: Run) => Run) | undefined
}

/** Puts a version of helm in front of a registry. */
export function openHelm(context: ScenarioContext, options: Options): Helm {
  const { version, over, env, beside = ['gpg'], sh: how = (sh) => sh } = options
  const { client } = version
  const auth = options.auth === 'basic' ? ', auth basic' : ''
  // Dates are written in the machine's time zone otherwise.
  const desk = context.desk({ ...env, TZ: 'UTC' }, { clients: [client, ...beside], hide: [alice.password] })
  const sh = how(desk.sh)
  return {
    ...options,
    ...desk,
    configFile: env['HELM_REGISTRY_CONFIG'] ?? '',
    sh,
    fails: sh({ status: 1 }),
    heard: new Heard(options.registry),
    say: (heading) => context.say(`${client.replace('@', ' ')} over ${over}${auth}: ${heading}`),
    show: (story) => context.show({ client, story, over }),
    defect: (story, message, note) => context.defect({ client, story, over, message, ...(note && { note }) }),
  }
}

/** What the registry serves under a path. */
export const servedTo = ({ registry, account }: Helm, path: string): Promise<Served> => served(registry, path, account)

/** Asserts what a command asked for: `lines` as with a token service, less what nobody asks who is not logged in. */
export function assertAsked(
  { account, auth }: Helm,
  requests: readonly RequestEvent[],
  lines: readonly string[],
): void {
  const isAsked = (line: string): boolean => {
    if (line.includes(' token ')) return account !== undefined && auth === 'token'
    return account !== undefined || !line.endsWith(' 401')
  }
  assert.deepEqual(outline(requests), lines.filter(isAsked))
}

/** The digest that helm prints after a push and after a pull. */
export function digestIn({ output }: RunResult): string {
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(output)?.[1]
  assert.ok(digest, output)
  return digest
}
