import type { StartOptions } from '../options.js'
import { oneOf, UsageError, type Values } from './flags.js'
import { shells, type Shell } from './shells.js'

/** For which registry `env` prints what, and how. */
export interface EnvRequest {
  /** Where the registry is: its URL, or the file that says so once it listens. */
  readonly registry: URL | { readonly readyFile: string }
  readonly account: { readonly username: string; readonly password: string } | undefined
  /** The CA to trust, a PEM file. */
  readonly caFile: string | undefined
  /** Where the clients' files go; undefined for a new temporary folder. */
  readonly home: string | undefined
  readonly keepHome: boolean
  readonly shell: Shell
}

/** Reads what belongs to `env`. @throws UsageError for values that are none, and what is missing. */
export function envRequest(words: readonly string[], values: Values, { accounts = [] }: StartOptions): EnvRequest {
  if (words.length > 0) throw new UsageError(`unexpected argument ${words[0]}`)
  if (accounts.length > 1) throw new UsageError('env logs in one --user')
  const { url, 'ready-file': readyFile, 'ca-file': caFile } = values
  if ((url === undefined) === (readyFile === undefined))
    throw new UsageError('env needs --url URL of a registry that runs, or the --ready-file FILE that it writes')
  return {
    registry: readyFile === undefined ? readUrl(url as string, caFile) : { readyFile },
    account: accounts[0],
    caFile,
    home: values.home,
    keepHome: !values['private-home'],
    shell: oneOf('--shell', values.shell ?? 'sh', shells),
  }
}

function readUrl(text: string, caFile: string | undefined): URL {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw new UsageError(`--url must be http://HOST:PORT or https://HOST:PORT, not ${text}`)
  // The text is not repeated: it may hold a password.
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--url has no login in it: that is --user NAME:PASSWORD')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new UsageError(`--url ends with the port: ${url.origin}`)
  if (caFile !== undefined && url.protocol === 'http:') throw new UsageError('--ca-file goes with an https URL')
  return url
}
