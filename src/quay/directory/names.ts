/** What namespaces, robots' short names and teams look like, as Quay's messages quote it. */
export const namespaceExpression = '^([a-z0-9]+(?:[._-][a-z0-9]+)*)$'

const namespacePattern = new RegExp(namespaceExpression)
const repositoryPattern = /^(?=.{1,255}$)[a-z0-9][.a-z0-9_-]*(?:\/[a-z0-9][.a-z0-9_-]*)*$/
const repositoryPatternFlat = /^[a-z0-9][.a-z0-9_-]{0,254}$/

/**
 * Why a name is none for a namespace or a team, in Quay's words; undefined when it is one.
 * @param what What the second message calls it.
 */
export function nameIssue(name: string, what: 'Namespace' | 'Team' = 'Namespace'): string | undefined {
  if (!namespacePattern.test(name)) return `Namespace must match expression ${namespaceExpression}`
  if (name.length < 2 || name.length > 255) return `${what} must be between 2 and 255 characters in length`
  return undefined
}

/** Whether what stands behind the namespace can name a repository. @param nested FEATURE_EXTENDED_REPOSITORY_NAMES */
export const isQuayRepositoryName = (name: string, nested: boolean): boolean =>
  (nested ? repositoryPattern : repositoryPatternFlat).test(name)

/** Splits `namespace/name`; without a slash the namespace is `library`. */
export function splitRepository(repository: string, library: string): { namespace: string; name: string } {
  const slash = repository.indexOf('/')
  if (slash < 0) return { namespace: library, name: repository }
  return { namespace: repository.slice(0, slash), name: repository.slice(slash + 1) }
}

/** Splits a robot's name, `owner+short`, at its first plus sign; undefined for what is no robot. */
export function splitRobot(username: string): { owner: string; short: string } | undefined {
  const plus = username.indexOf('+')
  return plus < 0 ? undefined : { owner: username.slice(0, plus), short: username.slice(plus + 1) }
}

/** Whether a name is that of a robot. */
export const isRobotName = (username: string): boolean => username.includes('+')

/** Whether a password may be chosen: at least 8 characters, none of them white space. */
export const isPassword = (text: string): boolean => text.length > 7 && !/\s/.test(text)

export const invalidPassword = 'Invalid password, password must be at least 8 characters and contain no whitespace.'

/** Whether text looks like an email address to Quay. */
export const isEmail = (text: string): boolean => /^[^@]+@[^@]+\.[^@]+/.test(text)
