import { isRepositoryPattern } from '../../src/access/permissions.js'
import { isObject, isText, type Check } from '../checks.js'
import { isRepositoryName } from '../../src/route/names.js'

/** Another registry, which is asked for what this one does not have. Nothing is ever pushed to it. */
export interface PullThroughOptions {
  /** Where it is: `https://registry.example`, or `http://…` for one that is spoken to in the clear. */
  readonly url: string
  /** A folder for an OCI image layout that everything is recorded in that came from there, to be replayed. */
  readonly record?: string | undefined
  /** PEM text of a CA to trust, or the path of a file with it. @default those that node trusts */
  readonly ca?: string | undefined
  /** Who logs in there: 'docker' is what docker's configuration has for it, in its credential helpers too. @default 'docker' */
  readonly credentials?: 'docker' | 'nobody' | { readonly username: string; readonly password: string } | undefined
  /** Names of repositories here for which it is asked; `*` stands for any text, slashes too. @default all */
  readonly repositories?: string | undefined
  /** What names here begin with and names there do not: with `hub`, `hub/library/alpine` here is `library/alpine` there. */
  readonly prefix?: string | undefined
  /** How long an answer about a tag, a list of tags or of referrers is good, in milliseconds. @default 0: asked each time */
  readonly fresh?: number | undefined
}

/** A recording, which is answered from without a network. */
export interface ReplayOptions {
  /** The folder that was recorded into; it is never written to. */
  readonly replay: string
  /** Names of repositories that were recorded: what a recording does not know of them is an error. @default all */
  readonly repositories?: string | undefined
}

export type UpstreamOptions = PullThroughOptions | ReplayOptions

/** What they may be, in words. */
export const upstreamWords =
  "{ url: 'https://…', record?, ca?, credentials?, repositories?, prefix?, fresh? } or { replay: folder, repositories? }"

/** Whether a value, from plain JavaScript perhaps, is of them. */
export const isUpstream: Check = (value) =>
  isObject(value) && (isReplay(value as object) || isPullThrough(value as object))

function isReplay(value: object): boolean {
  const { replay, repositories, ...others } = value as Partial<ReplayOptions>
  return Object.keys(others).length === 0 && isText(replay) && isPattern(repositories)
}

function isPullThrough(value: object): boolean {
  const { url, record, ca, credentials, repositories, prefix, fresh, ...others } = value as Partial<PullThroughOptions>
  return (
    Object.keys(others).length === 0 &&
    typeof url === 'string' &&
    isOrigin(url) &&
    [record, ca].every((text) => text === undefined || isText(text)) &&
    (credentials === undefined || credentials === 'docker' || credentials === 'nobody' || isLogin(credentials)) &&
    isPattern(repositories) &&
    (prefix === undefined || (typeof prefix === 'string' && isRepositoryName(prefix))) &&
    (fresh === undefined || (typeof fresh === 'number' && fresh >= 0))
  )
}

const isPattern = (value: string | undefined): boolean =>
  value === undefined || (typeof value === 'string' && isRepositoryPattern(value))

const isLogin = ({ username, password }: { username?: unknown; password?: unknown }): boolean =>
  isText(username) && typeof password === 'string'

// A registry has no path, and a login in a URL would be shown with it.
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, pathname, search, hash, username, password } = new URL(text)
  const isBare = [search, hash, username, password].every((part) => part === '')
  return /^https?:$/.test(protocol) && (pathname === '/' || pathname === '/v2/') && isBare
}
