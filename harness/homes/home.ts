import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../../src/access/accounts.js'
import { containerd } from './containerd.js'
import { containers } from './containers.js'
import { dockerConfig } from './docker-config.js'
import { newHomeFolder, type HomeFolder } from './folder.js'
import { helm } from './helm.js'
import { proxy } from './proxy.js'
import { regctl } from './regctl.js'
import { trust } from './trust.js'

/** Whose home it is to be; what `registry.env()` takes. */
export interface EnvOptions {
  /** The username of the account that the clients are logged in as. @default nobody */
  readonly as?: string | undefined
  /** More host names that lead to the registry, for logins and certificates; see `tls: { names }`. @default none */
  readonly names?: readonly string[] | undefined
  /** Whether the clients trust the registry's CA; false leaves them with the system's. @default true */
  readonly trust?: boolean | undefined
  /**
   * Whether HOME stays the user's, for a command whose toolchain lives there (`~/.cargo`, `~/go`, `~/.npm`): only what
   * registry clients read is replaced then, and what the user trusts otherwise goes on being trusted. skopeo is the one
   * client that learns only from HOME that a registry speaks plain http. @default false
   */
  readonly keepHome?: boolean | undefined
}

/** What the clients are to know of the registry that they talk to. */
export interface HomeOptions {
  /** As clients write it: `127.0.0.1:41873`. */
  readonly host: string
  readonly url: string
  /** Every name of the registry, with its port: to a client that looks for a login, each is another registry. */
  readonly names: readonly string[]
  /** What to trust. */
  readonly ca: { readonly file: string; readonly pem: string } | undefined
  readonly account: Account | undefined
  /** The environment of the user whose HOME stays; undefined for a home that has nothing of the user's. */
  readonly user: NodeJS.ProcessEnv | undefined
}

/** What of a running registry its homes are made from. */
export interface HomeSource {
  readonly host: string
  readonly port: number
  readonly url: string
  readonly caFile: string | undefined
  readonly accounts: readonly Account[]
}

/**
 * Makes a private home below `folder`, in which helm, cosign, crane, oras, regctl, podman, skopeo, buildah, nerdctl, curl,
 * and Node, Python and Go programs know the registry: its CA, and an account's login. Answers the environment that leads
 * them there. Nothing of the user's own configuration is read or written, but for roots and proxies with `keepHome`.
 * @throws TypeError when there is no such account, or a name is none.
 */
export const makeHome = (folder: string, source: HomeSource, options?: EnvOptions): Record<string, string> =>
  fillHome(newHomeFolder(folder), source, options)

/** The same in a folder that is the home. @throws TypeError when there is no such account, or a name is none. */
export function fillHome(home: HomeFolder, source: HomeSource, options: EnvOptions = {}): Record<string, string> {
  const about = homeOptions(source, options)
  return {
    ...folders(home, about),
    REGISTRY: about.host,
    REGISTRY_URL: about.url,
    ...(about.ca && { REGISTRY_CA_FILE: about.ca.file }),
    ...dockerConfig(home, about),
    ...containers(home, about),
    ...containerd(home, about),
    ...helm(home),
    ...regctl(home, about),
    ...trust(home, about),
    ...proxy(about),
  }
}

function folders({ path, folder }: HomeFolder, { user }: HomeOptions): Record<string, string> {
  // podman's files name both.
  const [run, tmp] = [folder('run'), folder('tmp')]
  if (user !== undefined) return {}
  return {
    HOME: path,
    XDG_CONFIG_HOME: join(path, '.config'),
    XDG_CACHE_HOME: join(path, '.cache'),
    XDG_DATA_HOME: join(path, '.local/share'),
    XDG_RUNTIME_DIR: run,
    TMPDIR: tmp,
  }
}

function homeOptions(source: HomeSource, options: EnvOptions): HomeOptions {
  const { as, names = [], trust = true, keepHome = false } = options
  const { host, port, url, caFile, accounts } = source
  const account = accounts.find(({ username }) => username === as)
  if (as !== undefined && !account)
    throw new TypeError(`start-registry: there is no account ${as} whose password is known here`)
  for (const name of names) {
    // It becomes part of a path.
    if (!/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(name)) {
      throw new TypeError(`start-registry: names: ${JSON.stringify(name)} is not a host name; the port is added to it`)
    }
  }
  const hosts = [...(isLoopback(host) ? loopback : []), ...names].map((name) => `${name}:${port}`)
  const ca = trust && caFile !== undefined ? { file: caFile, pem: readFileSync(caFile, 'utf8') } : undefined
  return { host, url, names: [...new Set([...hosts, host])], ca, account, user: keepHome ? process.env : undefined }
}

const loopback = ['127.0.0.1', 'localhost', '[::1]']

const isLoopback = (host: string): boolean => loopback.some((name) => host.startsWith(`${name}:`))
