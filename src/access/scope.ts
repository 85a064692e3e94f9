import type { Action } from '../protocol/call.js'
import { actions, isAction, type Permissions } from './permissions.js'

/** A resource and what is wanted of it, as clients ask for it: `repository:team/app:pull,push`. */
export interface Scope {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

/** The scope of the list of repositories. */
export const catalogScope: Scope = { type: 'registry', name: 'catalog', actions: ['*'] }

/**
 * Reads scopes (Docker Registry "Token Scope Documentation"): words that white space separates, each
 * `<type>:<name>:<actions>`; the name may hold colons, and the type a class, `repository(plugin)`.
 * Answers the text of the first word that is none instead.
 */
export function parseScopes(texts: readonly string[]): readonly Scope[] | string {
  const scopes: Scope[] = []
  // Go writes a space in a query as a plus sign, which no scope has.
  for (const text of texts.flatMap((value) => value.split(/[\s+]+/)).filter((word) => word !== '')) {
    const [, type, name, list] = /^([a-z0-9]+)(?:\([a-z0-9]+\))?:([^:].*):([^:]*)$/.exec(text) ?? []
    if (type === undefined || name === undefined || list === undefined) return text
    scopes.push({ type, name, actions: list.split(',').filter((word) => word !== '') })
  }
  return scopes
}

/** Writes a scope as challenges and clients do. */
export const formatScope = ({ type, name, actions }: Scope): string => `${type}:${name}:${actions.join(',')}`

/**
 * What of scopes somebody is granted: one scope for each resource, with the actions that were asked for and may be
 * done. `*` asks for all. What may not be done, and resources of unknown types, are left out without a word, as the
 * Docker Registry token specification wants it.
 * @param catalog Whether the list of repositories may be asked for.
 */
export function grantedScopes(scopes: readonly Scope[], permissions: Permissions, catalog: boolean): readonly Scope[] {
  const granted = new Map<string, Set<Action>>()
  for (const { type, name, actions: wanted } of scopes) {
    if (type !== 'repository') continue
    const all = wanted.includes('*') ? actions : wanted.filter(isAction)
    const found = granted.get(name) ?? new Set()
    for (const action of all) if (permissions.may(name, action)) found.add(action)
    granted.set(name, found)
  }
  const repositories = Array.from(granted, ([name, found]): Scope => {
    return { type: 'repository', name, actions: actions.filter((action) => found.has(action)) }
  })
  const wantsCatalog = scopes.some(({ type, name }) => type === catalogScope.type && name === catalogScope.name)
  return [
    ...repositories.filter((scope) => scope.actions.length > 0),
    ...(wantsCatalog && catalog ? [catalogScope] : []),
  ]
}

/** Whether scopes that were granted include one action on one resource. */
export const grants = (scopes: readonly Scope[], type: string, name: string, action: string): boolean =>
  scopes.some((scope) => scope.type === type && scope.name === name && scope.actions.includes(action))
