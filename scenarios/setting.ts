import { startRegistry, type Registry, type StartOptions } from '../harness/index.js'
import type { Over } from './compatibility/record.js'
import { assertGranted, Heard } from './heard.js'
import { alice } from './people.js'
import type { Login } from './served.js'
import type { Desk, DeskOptions, ScenarioContext } from './scenario.js'

/** A registry to tell stories on, and how clients talk to it. */
export interface Setting extends ScenarioContext {
  readonly registry: Registry
  readonly over: Over
  readonly heard: Heard
  /** Whose login the stories need; undefined without login. */
  readonly account: Login | undefined
  /** A desk in a home of its own, which trusts the registry and is logged in, with `env` over what leads there. */
  readonly home: (options?: DeskOptions & { readonly env?: Readonly<Record<string, string>> }) => Desk
}

export interface TellOptions extends Pick<StartOptions, 'referrers' | 'auth' | 'profile' | 'config' | 'quay'> {
  /** Statuses of refusals that are part of the stories. @default none */
  readonly refused?: readonly number[]
}

/**
 * Tells stories on a new registry for each way to talk to one, and asserts in the end that clients did talk so, and that
 * they were who they said they were.
 */
export async function tell(
  context: ScenarioContext,
  overs: readonly Over[],
  stories: (setting: Setting) => Promise<void>,
  { refused, ...options }: TellOptions = {},
): Promise<void> {
  for (const over of overs) {
    const tls = over.startsWith('https')
    const account = over.endsWith('login') ? alice : undefined
    await using registry = await startRegistry({ ...options, tls, ...(account && { accounts: [account] }) })
    const heard = new Heard(registry)
    await stories({
      ...context,
      say: (heading) => context.say(`${heading}, over ${over.replace(', login', ' with login')}`),
      registry,
      over,
      heard,
      account,
      home: ({ env, ...options } = {}) =>
        context.desk({ ...registry.env({ as: account?.username }), ...env }, { hide: [alice.password], ...options }),
    })
    assertGranted(heard.all, { scheme: tls ? 'https' : 'http', accounts: [account?.username], refused })
  }
}
