import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Account } from '../../src/access/accounts.js'

/** What a client is to know of the registry that it talks to. */
export interface HomeOptions {
  readonly host: string
  readonly port: number
  readonly url: string
  readonly caFile: string | undefined
  /** Who the clients are logged in as; undefined for nobody. */
  readonly account: Account | undefined
}

/**
 * Makes a private home below `folder` in which helm, cosign, crane, oras, podman, skopeo, buildah, curl, Node, Python and
 * Go programs trust the registry's CA and are logged in, and answers the environment that leads them there.
 * Nothing of the user's own configuration is read or written.
 */
export function makeHome(folder: string, options: HomeOptions): Record<string, string> {
  const home = mkdtempSync(join(folder, 'home-'))
  const file = (path: string, text: string): string => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text, { mode: 0o600 })
    return join(home, path)
  }
  // Three names for one registry are three registries to a client that looks for its credentials.
  const names = [`127.0.0.1:${options.port}`, `localhost:${options.port}`, `[::1]:${options.port}`]
  if (!names.includes(options.host)) names.push(options.host)
  const logins = file('.docker/config.json', dockerConfig(names, options.account))
  const config = join(home, '.config')
  return {
    HOME: home,
    DOCKER_CONFIG: dirname(logins),
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_RUNTIME_DIR: makeFolder(home, 'run'),
    TMPDIR: makeFolder(home, 'tmp'),
    REGISTRY: options.host,
    REGISTRY_URL: options.url,
    REGISTRY_AUTH_FILE: logins,
    CONTAINERS_CONF: file('.config/containers/containers.conf', containersConf(home)),
    CONTAINERS_REGISTRIES_CONF: file('.config/containers/registries.conf', registriesConf(names, options)),
    CONTAINERS_STORAGE_CONF: file('.config/containers/storage.conf', storageConf(home)),
    ...trust(names, options, file),
    ...helmFolders(home),
  }
}

function makeFolder(home: string, name: string): string {
  const path = join(home, name)
  mkdirSync(path, { mode: 0o700 })
  return path
}

function dockerConfig(names: readonly string[], account: Account | undefined): string {
  const auth = account && Buffer.from(`${account.username}:${account.password}`).toString('base64')
  return JSON.stringify({ auths: auth === undefined ? {} : Object.fromEntries(names.map((name) => [name, { auth }])) })
}

// podman's locks, its state and what it copies through would otherwise be shared by all podmans of the machine: in
// /dev/shm, /run/libpod, /run/containers and /var/tmp.
function containersConf(home: string): string {
  const engine = [
    'events_logger = "none"',
    'cgroup_manager = "cgroupfs"',
    'lock_type = "file"',
    `tmp_dir = "${join(home, 'run/libpod')}"`,
    `image_copy_tmp_dir = "${join(home, 'tmp')}"`,
  ]
  const network = [`network_config_dir = "${join(home, 'networks')}"`]
  return `[engine]\n${engine.join('\n')}\n\n[network]\n${network.join('\n')}\n`
}

// podman, skopeo and buildah take http only from registries that are named as insecure.
function registriesConf(names: readonly string[], { url }: HomeOptions): string {
  const insecure = url.startsWith('http:')
  return names.map((location) => `[[registry]]\nlocation = "${location}"\ninsecure = ${insecure}\n`).join('\n')
}

// vfs needs no kernel support; a storage of its own keeps podman's memory of other registries' blobs out.
function storageConf(home: string): string {
  return `[storage]\ndriver = "vfs"\ngraphroot = "${join(home, 'storage')}"\nrunroot = "${join(home, 'run/storage')}"\n`
}

function trust(
  names: readonly string[],
  { caFile }: HomeOptions,
  file: (path: string, text: string) => string,
): Record<string, string> {
  file('.config/containers/policy.json', JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }))
  if (caFile === undefined) return {}
  const pem = readFileSync(caFile, 'utf8')
  for (const name of names) file(`.config/containers/certs.d/${name}/ca.crt`, pem)
  return {
    SSL_CERT_FILE: caFile,
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CURL_CA_BUNDLE: caFile,
    GIT_SSL_CAINFO: caFile,
  }
}

function helmFolders(home: string): Record<string, string> {
  return {
    HELM_CONFIG_HOME: join(home, 'helm/config'),
    HELM_CACHE_HOME: join(home, 'helm/cache'),
    HELM_DATA_HOME: join(home, 'helm/data'),
    HELM_REGISTRY_CONFIG: join(home, '.docker/config.json'),
  }
}
