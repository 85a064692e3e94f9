import { createHash } from 'node:crypto'
import type { Directory } from '../directory/directory.js'
import { isRobotName } from '../directory/names.js'
import type { Organization, Robot, Team, User } from '../directory/state.js'
import { formatDate } from './python.js'

// The palette of Quay's avatars, in its order: a hash chooses one.
const colors =
  '969696 aec7e8 ff7f0e ffbb78 2ca02c 98df8a d62728 ff9896 9467bd c5b0d5 8c564b c49c94 e377c2 f7b6d2 7f7f7f c7c7c7 bcbd22 1f77b4 17becf 9edae5 393b79 5254a3 6b6ecf 9c9ede 9ecae1 31a354 b5cf6b a1d99b 8c6d31 ad494a e7ba52 a55194'.split(
    ' ',
  )

export type AvatarKind = 'user' | 'robot' | 'org' | 'team' | 'app'

/** The picture that stands for somebody: a letter on a color. @param id An email address, where there is one. */
export function avatar(name: string, id: string | null | undefined, kind: AvatarKind): object {
  const hash = createHash('md5')
    .update((id || name).trim().toLowerCase())
    .digest('hex')
  return { name, hash, color: `#${colors[parseInt(hash.slice(0, 2), 16) % colors.length]}`, kind }
}

/** The avatar of a user or a robot, by name. */
export const personAvatar = (directory: Directory, name: string): object =>
  avatar(name, directory.table('users').get(name)?.email, isRobotName(name) ? 'robot' : 'user')

export const userAvatar = ({ username, email }: User): object => avatar(username, email, 'user')

export const organizationAvatar = ({ name, email }: Organization): object => avatar(name, email, 'org')

export const teamAvatar = ({ name }: Team): object => avatar(name, name, 'team')

/** A robot, with its token for those who may have it. */
export const robotView = (robot: Robot, { token = true }: { token?: boolean } = {}): Record<string, unknown> => ({
  name: robot.name,
  created: formatDate(robot.created),
  last_accessed: formatDate(robot.lastAccessed),
  description: robot.description,
  ...(token && { token: robot.token }),
})
