import { suggestion } from '../../protocol/nearest.js'
import { splitRobot } from './names.js'
import type { DirectorySeed, OrganizationSeed, UserSeed } from './seed.js'

type Shape = { readonly [key: string]: Shape | 'any' | { readonly each: Shape } }

const robot: Shape = { token: 'any', description: 'any' }
const repository: Shape = { visibility: 'any', description: 'any', state: 'any', permissions: 'any' }
const team: Shape = { role: 'any', description: 'any', members: 'any' }
const shape: Shape = {
  users: {
    each: {
      password: 'any',
      email: 'any',
      enabled: 'any',
      robots: { each: robot },
      repositories: { each: repository },
      appTokens: 'any',
    },
  },
  organizations: {
    each: {
      email: 'any',
      owners: 'any',
      teams: { each: team },
      robots: { each: robot },
      repositories: { each: repository },
      prototypes: 'any',
      applications: 'any',
    },
  },
  robots: { each: robot },
  teams: { each: team },
}

/**
 * A seed with its robots and teams where they belong: in their owners.
 * @throws TypeError for a word that is none of a seed's, and for a robot or team whose owner is not in the seed.
 */
export function inOwners(seed: DirectorySeed): {
  readonly users: Readonly<Record<string, UserSeed>>
  readonly organizations: Readonly<Record<string, OrganizationSeed>>
} {
  checkWords(seed, shape, 'quay')
  const { users = {}, organizations = {} } = seed
  const people = new Map(Object.entries(users).map(([name, one]) => [name, asUser(one)]))
  const groups = new Map(Object.entries(organizations))
  for (const [name, one] of Object.entries(seed.robots ?? {})) {
    const { owner = '', short = '' } = splitRobot(name) ?? {}
    put<OrganizationSeed | UserSeed>(groups.has(owner) ? groups : people, owner, `robots.${name}`, (holder) => ({
      robots: { ...holder.robots, [short]: one },
    }))
  }
  for (const [name, one] of Object.entries(seed.teams ?? {})) {
    const [owner = '', short = ''] = name.split('/')
    put(groups, owner, `teams.${name}`, (holder) => ({ teams: { ...holder.teams, [short]: one } }))
  }
  return { users: Object.fromEntries(people), organizations: Object.fromEntries(groups) }
}

const asUser = (one: string | UserSeed): UserSeed => (typeof one === 'string' ? { password: one } : one)

function put<T extends object>(
  holders: Map<string, T>,
  owner: string,
  where: string,
  more: (holder: T) => object,
): void {
  const holder = holders.get(owner)
  if (!holder)
    throw new TypeError(
      `quay.${where}: there is no ${owner} in this seed; a robot is OWNER+NAME, a team ORGANIZATION/NAME`,
    )
  holders.set(owner, { ...holder, ...more(holder) })
}

// What is misspelt would be left out without a word.
function checkWords(value: unknown, allowed: Shape, where: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [word, one] of Object.entries(value)) {
    const below = allowed[word]
    if (below === undefined)
      throw new TypeError(`${where}: there is no ${word}${suggestion(word, Object.keys(allowed))}`)
    if (below === 'any' || one === undefined) continue
    if (!isEach(below)) checkWords(one, below, `${where}.${word}`)
    else
      for (const [name, entry] of Object.entries(one as object))
        checkWords(entry, below.each, `${where}.${word}.${name}`)
  }
}

const isEach = (shape: Shape | { readonly each: Shape }): shape is { readonly each: Shape } => 'each' in shape
