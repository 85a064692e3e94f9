import type { Action, CallerPermissions } from '../protocol/call.js'

/** Every action, in the order that scopes name them. */
export const actions: readonly Action[] = ['pull', 'push', 'delete']

/** Whether a word is an action. */
export const isAction = (word: string): word is Action => (actions as readonly string[]).includes(word)

/** Some repositories, and what may be done to them. */
interface Grant {
  readonly matches: (repository: string) => boolean
  /** What every repository that matches begins with. */
  readonly prefix: string
  readonly actions: ReadonlySet<Action>
}

/** What somebody may do to which repositories. */
export class Permissions implements CallerPermissions {
  readonly #grants: readonly Grant[]

  constructor(grants: readonly Grant[]) {
    this.#grants = grants
  }

  /** Whether an action on a repository is granted. */
  may(repository: string, action: Action): boolean {
    return this.#grants.some((grant) => grant.actions.has(action) && grant.matches(repository))
  }

  /** Whether an action is granted on any repository. */
  mayAny(action: Action): boolean {
    return this.#grants.some((grant) => grant.actions.has(action))
  }

  /** These permissions and others. */
  with(others: Permissions): Permissions {
    return new Permissions([...this.#grants, ...others.#grants])
  }

  /**
   * Where in the ordered names of repositories one that may be pulled can come next, from `name` on: `name` itself, or
   * the text that such names begin with; undefined when there is none behind. A listing can so step over what is not to
   * be seen, however much that is.
   */
  nextReadable(name: string): string | undefined {
    let next: string | undefined
    for (const { prefix, actions } of this.#grants) {
      if (!actions.has('pull')) continue
      if (name.startsWith(prefix)) return name
      if (prefix > name && (next === undefined || prefix < next)) next = prefix
    }
    return next
  }
}

/** The permissions to do everything, and to do nothing. */
export const everything: Permissions = parsePermissions(['*:*'])
export const nothing: Permissions = new Permissions([])

/**
 * Reads permissions such as `team/*:pull,push`: a repository's name, in which `*` stands for any text (slashes too),
 * and the actions pull, push and delete, or `*` for all of them.
 * @throws TypeError that quotes what is none.
 */
export function parsePermissions(texts: readonly string[]): Permissions {
  return new Permissions(texts.map(parsePermission))
}

function parsePermission(text: string): Grant {
  const [pattern = '', list = '', ...rest] = text.split(':')
  const named = list === '*' ? actions : list.split(',').map((word) => word.trim())
  if (!isRepositoryPattern(pattern) || rest.length > 0 || !named.every(isAction)) {
    throw new TypeError(`a permission is <repository>:<actions>, such as team/*:pull,push, and not ${text}`)
  }
  return { matches: matcher(pattern), prefix: pattern.split('*', 1)[0] as string, actions: new Set(named) }
}

/** Whether text can be a pattern of repository names: what they are made of, and `*`. */
export function isRepositoryPattern(text: string): boolean {
  return /^[a-z0-9._/*-]+$/.test(text)
}

/**
 * Tells whether a repository's name matches a pattern, in which `*` stands for any text, slashes too.
 *
 * Not a regular expression: one with several `.*` would take long on a name that nearly matches.
 */
export function matcher(pattern: string): (name: string) => boolean {
  const [first = '', ...parts] = pattern.split('*')
  const last = parts.pop()
  if (last === undefined) return (name) => name === first
  return (name) => {
    let at = first.length
    if (!name.startsWith(first) || name.length < at + last.length) return false
    for (const part of parts) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return name.endsWith(last) && name.length - last.length >= at
  }
}
