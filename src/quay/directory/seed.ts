import { setPermission } from './permissions.js'
import type { Directory } from './directory.js'
import { splitRobot } from './names.js'
import { addMember, createOrganization, createTeam, findTeam, organization, putTeam } from './organizations.js'
import { addPrototype } from './prototypes.js'
import { DirectoryRefusal } from './refusal.js'
import { createRepository, findRepository, updateRepository } from './repositories.js'
import { createRobot } from './robots.js'
import { parseScopeList, scopes } from './scopes.js'
import { secretDigest } from './secrets.js'
import { createAppToken, createApplication, createOAuthToken } from './tokens.js'
import type { Delegate, RepositoryRole, TeamRole } from './state.js'
import { createUser, updateUser } from './users.js'
import { inOwners } from './seed-shape.js'

/**
 * What a Quay begins with. Whoever is named (a member, somebody who is permitted something) is a user's name, a robot's
 * full name (`helm+ci`) or, inside its owner, `+ci`; in `permissions` and `delegate`, `team:NAME` is a team.
 */
export interface DirectorySeed {
  /** By username; a string is the password. */
  readonly users?: Readonly<Record<string, string | UserSeed>> | undefined
  /** By name. */
  readonly organizations?: Readonly<Record<string, OrganizationSeed>> | undefined
  /** Robots of those, by full name (`helm+ci`), beside what stands in them. */
  readonly robots?: Readonly<Record<string, RobotSeed>> | undefined
  /** Teams of those organizations, by `organization/team`. */
  readonly teams?: Readonly<Record<string, TeamSeed>> | undefined
}

export interface UserSeed {
  readonly password?: string | undefined
  readonly email?: string | undefined
  /** @default true */
  readonly enabled?: boolean | undefined
  /** By short name. */
  readonly robots?: Readonly<Record<string, RobotSeed>> | undefined
  /** By name, without the namespace. */
  readonly repositories?: Readonly<Record<string, RepositorySeed>> | undefined
  /** Application tokens (`$app`), by title: 120 capital letters and digits. */
  readonly appTokens?: Readonly<Record<string, { readonly token?: string | undefined }>> | undefined
}

export interface OrganizationSeed {
  readonly email?: string | undefined
  /** Members of the team `owners`, which administers the organization. */
  readonly owners?: readonly string[] | undefined
  /** By name. */
  readonly teams?: Readonly<Record<string, TeamSeed>> | undefined
  /** By short name. */
  readonly robots?: Readonly<Record<string, RobotSeed>> | undefined
  /** By name, without the namespace. */
  readonly repositories?: Readonly<Record<string, RepositorySeed>> | undefined
  /** Default permissions. */
  readonly prototypes?: readonly PrototypeSeed[] | undefined
  /** OAuth applications and their tokens, by name. */
  readonly applications?: Readonly<Record<string, ApplicationSeed>> | undefined
}

export interface TeamSeed {
  /** @default 'member' */
  readonly role?: TeamRole | undefined
  readonly description?: string | undefined
  readonly members?: readonly string[] | undefined
}

export interface RobotSeed {
  /** 64 capital letters and digits. @default a new one */
  readonly token?: string | undefined
  readonly description?: string | undefined
}

export interface RepositorySeed {
  /** @default 'private' */
  readonly visibility?: 'public' | 'private' | undefined
  readonly description?: string | undefined
  /** @default 'NORMAL' */
  readonly state?: 'NORMAL' | 'READ_ONLY' | 'MIRROR' | undefined
  readonly permissions?: Readonly<Record<string, RepositoryRole>> | undefined
}

export interface PrototypeSeed {
  readonly delegate: string
  readonly role: RepositoryRole
  /** Only for repositories that this user or robot makes. @default everybody's */
  readonly activatingUser?: string | undefined
}

export interface ApplicationSeed {
  readonly tokens?: readonly OAuthTokenSeed[] | undefined
}

export interface OAuthTokenSeed {
  /** In whose name it acts. */
  readonly user: string
  /** Between spaces. @default all of them */
  readonly scopes?: string | undefined
  /** 40 capital letters and digits. @default a new one */
  readonly token?: string | undefined
}

/** The secrets of what was seeded, whether they were given or made. */
export interface SeededSecrets {
  /** Tokens of robots, by full name. */
  readonly robots: Readonly<Record<string, string>>
  /** OAuth tokens, by `organization/application`, in the order of the seed. */
  readonly oauthTokens: Readonly<Record<string, readonly string[]>>
  /** Application tokens, by `username/title`. */
  readonly appTokens: Readonly<Record<string, string>>
}

/**
 * Puts users, organizations and what is theirs into a directory. What is there already stays, with the passwords, roles
 * and tokens that the seed gives: a directory that was kept on disk can be seeded again.
 * @param at When, in milliseconds since 1970.
 * @throws TypeError that says where in the seed something is wrong, and what.
 */
export function seedDirectory(directory: Directory, seed: DirectorySeed, at: number): SeededSecrets {
  const seeding = new Seeding(directory, at)
  const owners = inOwners(seed)
  const users = Object.entries(owners.users)
  const organizations = Object.entries(owners.organizations)
  // Whoever is named later must be there first.
  for (const [name, one] of users) seeding.in(`users.${name}`, () => seeding.user(name, one))
  for (const [name, one] of organizations) seeding.in(`organizations.${name}`, () => seeding.organization(name, one))
  for (const [name, one] of users) seeding.repositories(`users.${name}`, name, one.repositories)
  for (const [name, one] of organizations) seeding.organizationContents(name, one)
  return seeding.secrets
}

class Seeding {
  readonly secrets = {
    robots: {} as Record<string, string>,
    oauthTokens: {} as Record<string, string[]>,
    appTokens: {} as Record<string, string>,
  }
  readonly #directory: Directory
  readonly #at: number

  constructor(directory: Directory, at: number) {
    this.#directory = directory
    this.#at = at
  }

  /** Says where in the seed something was refused. */
  in(where: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      if (error instanceof DirectoryRefusal) throw new TypeError(`quay.${where}: ${error.message}`, { cause: error })
      throw error
    }
  }

  user(username: string, seed: UserSeed): void {
    const directory = this.#directory
    const { password, email, enabled = true } = seed
    const known = directory.table('users').get(username)
    const user = known ?? createUser(directory, { username, email, at: this.#at })
    updateUser(directory, user, { enabled, ...(password !== undefined && { password: secretDigest(password) }) })
    for (const [short, one] of Object.entries(seed.robots ?? {})) this.robot(username, short, one)
    for (const [title, { token }] of Object.entries(seed.appTokens ?? {})) {
      const made = createAppToken(directory, { username, title, code: token, at: this.#at })
      this.secrets.appTokens[`${username}/${title}`] = made.code
    }
  }

  robot(owner: string, short: string, { token, description }: RobotSeed): void {
    const directory = this.#directory
    const known = directory.table('robots').get(`${owner}+${short}`)
    const robot = known ?? createRobot(directory, { owner, short, token, description, at: this.#at })
    if (token !== undefined) directory.put('robots', robot.name, { ...robot, token })
    this.secrets.robots[robot.name] = token ?? robot.token
  }

  organization(name: string, { email, owners = [], teams = {}, robots = {} }: OrganizationSeed): void {
    const directory = this.#directory
    if (!directory.table('organizations').has(name)) createOrganization(directory, { name, email, at: this.#at })
    for (const [short, one] of Object.entries(robots)) this.robot(name, short, one)
    this.#team(name, 'owners', { role: 'admin', members: owners })
    for (const [teamName, one] of Object.entries(teams)) this.#team(name, teamName, one)
  }

  #team(owner: string, name: string, { role = 'member', description, members = [] }: TeamSeed): void {
    const directory = this.#directory
    const known = findTeam(organization(directory, owner), name)
    const before = known ?? createTeam(directory, owner, { name, role, description })
    putTeam(directory, owner, { ...before, role, description: description ?? before.description })
    for (const member of members.map((one) => this.#person(owner, one))) {
      if (!before.members.includes(member)) addMember(directory, owner, name, member)
    }
  }

  organizationContents(name: string, seed: OrganizationSeed): void {
    this.repositories(`organizations.${name}`, name, seed.repositories)
    this.in(`organizations.${name}.prototypes`, () => {
      for (const { delegate, role, activatingUser } of seed.prototypes ?? []) {
        const activating = activatingUser === undefined ? null : this.#person(name, activatingUser)
        addPrototype(this.#directory, name, {
          role,
          activatingUser: activating,
          delegate: this.#delegate(name, delegate),
        })
      }
    })
    for (const [title, one] of Object.entries(seed.applications ?? {})) {
      this.in(`organizations.${name}.applications.${title}`, () => this.#application(name, title, one))
    }
  }

  repositories(where: string, namespace: string, seeds: Readonly<Record<string, RepositorySeed>> = {}): void {
    for (const [name, seed] of Object.entries(seeds)) {
      this.in(`${where}.repositories.${name}`, () => this.#repository(namespace, name, seed))
    }
  }

  #repository(namespace: string, name: string, seed: RepositorySeed): void {
    const directory = this.#directory
    const { visibility = 'private', description, state = 'NORMAL' } = seed
    createRepository(directory, { namespace, name, creator: undefined, visibility, description, at: this.#at })
    const made = findRepository(directory, namespace, name) as NonNullable<ReturnType<typeof findRepository>>
    let repository = updateRepository(directory, made, { visibility, state })
    for (const [who, role] of Object.entries(seed.permissions ?? {})) {
      repository = setPermission(directory, repository, { ...this.#delegate(namespace, who), role })
    }
  }

  #application(owner: string, name: string, { tokens = [] }: ApplicationSeed): void {
    const directory = this.#directory
    const known = organization(directory, owner).applications.find((one) => one.name === name)
    const { clientId } = known ?? createApplication(directory, owner, { name })
    this.secrets.oauthTokens[`${owner}/${name}`] = tokens.map(({ user, scopes: wanted, token }) => {
      const granted = wanted === undefined ? scopes : parseScopeList(wanted)
      if (!granted) throw new DirectoryRefusal(`${wanted} are no scopes: take some of ${scopes.join(' ')}`)
      const username = this.#person(owner, user)
      return createOAuthToken(directory, {
        organization: owner,
        clientId,
        username,
        scopes: granted,
        token,
        at: this.#at,
      }).token
    })
  }

  #delegate(owner: string, who: string): Delegate {
    return who.startsWith('team:')
      ? { kind: 'team', name: who.slice('team:'.length) }
      : { kind: 'user', name: this.#person(owner, who) }
  }

  #person(owner: string, who: string): string {
    const name = who.startsWith('+') ? `${owner}${who}` : who
    const table = splitRobot(name) ? 'robots' : 'users'
    if (!this.#directory.table(table).has(name)) {
      throw new DirectoryRefusal(`there is no ${splitRobot(name) ? 'robot' : 'user'} ${name}`)
    }
    return name
  }
}
