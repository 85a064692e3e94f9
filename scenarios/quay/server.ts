import { startRegistry, type Registry, type StartOptions } from '../../harness/index.js'
import { assertGranted, Heard } from '../heard.js'
import type { Desk, DeskOptions, ScenarioContext } from '../scenario.js'
import type { Login } from '../served.js'

/** What the documentation calls its Quay. */
export const quayServer = 'quay-server.example.com'

/** Who the documentation logs in as: its config.json has this name and password. */
export const quayadmin: Login = { username: 'quayadmin', password: 'password' }

/** The field of config.yaml by which a Quay calls itself so, at whatever port it gets. */
export const serverHostname = { SERVER_HOSTNAME: `${quayServer}:0` }

/** A Quay that clients know as `quay-server.example.com`, over https. */
export interface QuayServer extends AsyncDisposable {
  readonly registry: Registry
  /** Name and port, as clients write them. */
  readonly host: string
  readonly heard: Heard
  /** A desk in a home of its own, where the name leads to this Quay. */
  readonly desk: (options?: QuayDeskOptions) => Desk
}

export interface QuayDeskOptions extends DeskOptions {
  /** Who is logged in there. @default nobody */
  readonly as?: string
  /**
   * How clients come to trust Quay's CA: each in its own way, or none does until the operating system does, whose trust
   * store the desk has a copy of.
   * @default 'clients'
   */
  readonly trust?: 'clients' | 'system'
}

/** Starts a Quay under that name; a `config` that is a file says so itself. */
export async function startQuay(
  context: ScenarioContext,
  { config = {}, ...options }: StartOptions,
): Promise<QuayServer> {
  const registry = await startRegistry({
    ...options,
    config: typeof config === 'string' ? config : { ...serverHostname, ...config },
    tls: { names: [quayServer] },
  })
  return {
    registry,
    host: `${quayServer}:${registry.port}`,
    heard: new Heard(registry),
    desk({ as, trust = 'clients', ...more } = {}) {
      const env = registry.env({ as, names: [quayServer], trust: trust === 'clients' })
      const desk = context.desk(env, more)
      const store = trust === 'system' && { trust: `${env['HOME']}/trust` }
      return { ...desk, sh: desk.sh({ namespace: { hosts: [quayServer], ...store } }) }
    },
    [Symbol.asyncDispose]: () => registry.close(),
  }
}

/** Asserts that the v2 API was asked over https alone, and has granted something to these accounts and nobody else. */
export function assertWhoWasGranted({ heard }: QuayServer, accounts: readonly string[]): void {
  const isV2 = (kind: string): boolean => !['token', 'unknown'].includes(kind)
  // What is refused for its type is refused before anybody is asked who he is.
  const requests = heard.all.filter(({ route, status }) => isV2(route.kind) && status !== 415)
  assertGranted(requests, { scheme: 'https', accounts })
}
