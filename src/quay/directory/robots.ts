import type { Directory } from './directory.js'
import { nameIssue } from './names.js'
import { DirectoryRefusal } from './refusal.js'
import { secretLengths } from './secrets.js'
import type { Robot } from './state.js'

export interface NewRobot {
  /** The user or organization that it belongs to. */
  readonly owner: string
  readonly short: string
  /** @default a new one */
  readonly token?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: unknown
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/** Adds a robot. @throws DirectoryRefusal of kind `robot`. */
export function createRobot(directory: Directory, { owner, short, token, description, metadata, at }: NewRobot): Robot {
  if (directory.config.ROBOTS_DISALLOW) {
    throw new DirectoryRefusal('Robot accounts have been disabled. Please contact your administrator.', 'robot')
  }
  const issue = nameIssue(short)
  if (issue !== undefined) {
    throw new DirectoryRefusal(`The name for the robot '${short}' is invalid: ${issue}`, 'robot')
  }
  const name = `${owner}+${short}`
  if (directory.table('robots').has(name)) {
    throw new DirectoryRefusal(`Existing robot with name: ${name}`, 'robot')
  }
  const robot: Robot = {
    name,
    token: token ?? directory.secret(secretLengths.robot),
    description: (description ?? '').slice(0, 255),
    metadata: metadata ?? {},
    created: at,
    lastAccessed: null,
  }
  directory.put('robots', name, robot)
  return robot
}

/** A robot by its full name. @throws DirectoryRefusal of kind `robot` when there is none. */
export function robot(directory: Directory, name: string): Robot {
  const found = directory.table('robots').get(name)
  if (!found) throw new DirectoryRefusal('Could not find robot with specified username', 'robot')
  return found
}

/** Robots of a user or an organization, in the order of their names. */
export const robotsOf = (directory: Directory, owner: string): readonly Robot[] =>
  Array.from(directory.table('robots').startingWith(`${owner}+`), ([, one]) => one)

/** Gives a robot a new token; the old one is worth nothing any more. */
export function regenerateRobot(directory: Directory, name: string): Robot {
  const changed = { ...robot(directory, name), token: directory.secret(secretLengths.robot) }
  directory.put('robots', name, changed)
  return changed
}
