import { startRegistry, type PullThroughOptions, type Registry, type StartOptions } from 'start-registry'
import { Wire } from './content.js'
import { registryFor, type Teardown } from './registries.js'

/** How two registries are started. */
export interface Pairing extends Partial<PullThroughOptions> {
  /** The one that is pulled from, and the one that pulls. */
  readonly there?: StartOptions
  readonly here?: StartOptions
}

/** A registry that pulls from another one. */
export interface Pair {
  readonly origin: Registry
  readonly there: Wire
  /** What the other one was asked, and what it answered: `GET team/app/manifests/1 200`. */
  readonly asked: string[]
  readonly registry: Registry
  readonly here: Wire
}

/** Starts both, for one test. */
export async function pairFor(t: Teardown, { there = {}, here = {}, ...upstream }: Pairing = {}): Promise<Pair> {
  const { registry: origin, wire } = await registryFor(t, there)
  const asked: string[] = []
  origin.onRequest(({ method, target, status }) => asked.push(`${method} ${target.slice('/v2/'.length)} ${status}`))
  const registry = await startRegistry({ ...here, upstream: { url: origin.url, credentials: 'nobody', ...upstream } })
  t.teardown(() => registry.close())
  return { origin, there: wire, asked, registry, here: new Wire(registry.port) }
}

/** Empties a list and answers what was in it. */
export const taken = (list: string[]): string[] => list.splice(0)
