import { startRegistry, type Registry } from '../../harness/index.js'
import { password } from '../cosign/signer.js'
import { assertGranted, Heard } from '../heard.js'
import { alice, bob, secrets, type Person } from '../people.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import type { Keys } from './keys.js'

/** Signs what is yet to be signed: the rule lets this account pull it. */
export const ci: Person = { username: 'ci', password: 'builds and signs', permissions: ['team/*:*'] }

/** A registry from which only what is signed is pulled, and the people who use it. */
export interface Ground extends Omit<ScenarioContext, 'desk'> {
  readonly registry: Registry
  readonly heard: Heard
  readonly keys: Keys
  /** Somebody's desk, logged in. */
  readonly at: (person: Person, ...clients: readonly string[]) => Desk
}

/** Starts the registry, has stories told on it, and asserts who was granted what in the end. */
export async function onGround(
  { desk, ...context }: ScenarioContext,
  keys: Keys,
  stories: (ground: Ground) => Promise<void>,
): Promise<void> {
  await using registry = await startRegistry({
    tls: true,
    accounts: [alice, bob, ci],
    admission: [{ repositories: 'team/*', keys: [keys.publicPem], signers: [ci.username] }],
  })
  const heard = new Heard(registry)
  const hide = [...secrets, ci.password, ...Object.values(password)]
  await stories({
    ...context,
    registry,
    heard,
    keys,
    at: ({ username }, ...clients) => desk(registry.env({ as: username }), { clients, hide }),
  })
  assertGranted(heard.all, { scheme: 'https', accounts: [alice.username, bob.username, ci.username], denials: true })
}
