import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Credentials, Login } from '../src/client/authorization.js'

type Environment = Readonly<Record<string, string | undefined>>

/** config.json of docker, as far as logins go; auth.json of podman has the same members. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, DockerAuth>>
  readonly credHelpers?: Readonly<Record<string, string>>
  readonly credsStore?: string
}

interface DockerAuth {
  /** Base64 of `name:password`. */
  readonly auth?: string
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly registrytoken?: string
}

/**
 * Finds logins where cosign does: in docker's config.json (`DOCKER_CONFIG` or ~/.docker), in its credential helpers
 * (`credHelpers`, `credsStore`), and where there is no such file in podman's auth.json. Files are read when the first
 * login is looked for. What it answers rejects with an Error for a file that is no such file and a helper that fails.
 */
export function dockerCredentials(env: Environment = process.env): Credentials {
  let config: DockerConfig | undefined
  return async (registry) => {
    config ??= readConfig(env)
    const helper = config.credHelpers?.[registry] ?? config.credsStore
    const kept = helper === undefined ? undefined : await askHelper(helper, serverName(registry), env)
    return kept ?? loginOf(findAuth(config.auths ?? {}, registry))
  }
}

// Docker Hub's logins are kept under a URL that nobody else uses.
const serverName = (registry: string): string =>
  registry === 'index.docker.io' ? 'https://index.docker.io/v1/' : registry

function readConfig(env: Environment): DockerConfig {
  const path = configFiles(env).find((file) => existsSync(file))
  if (path === undefined) return {}
  try {
    const json = JSON.parse(readFileSync(path, 'utf8')) as DockerConfig | null
    if (typeof json === 'object' && json !== null) return json
    throw new TypeError('it is not a JSON object')
  } catch (error) {
    throw new Error(`cannot read logins from ${path}: ${(error as Error).message}`, { cause: error })
  }
}

function configFiles(env: Environment): string[] {
  const { DOCKER_CONFIG: docker, REGISTRY_AUTH_FILE: podman, XDG_RUNTIME_DIR: runtime } = env
  return [
    join(docker || join(env['HOME'] || homedir(), '.docker'), 'config.json'),
    ...(podman ? [podman] : []),
    ...(runtime ? [join(runtime, 'containers/auth.json')] : []),
  ]
}

// Some clients write a URL for a key.
function findAuth(auths: Readonly<Record<string, DockerAuth>>, registry: string): DockerAuth | undefined {
  const host = (key: string): string => key.replace(/^https?:\/\//, '').split('/', 1)[0] as string
  const key = [serverName(registry), registry].find((name) => Object.hasOwn(auths, name))
  return auths[key ?? Object.keys(auths).find((name) => host(name) === registry) ?? '']
}

function loginOf(auth: DockerAuth | undefined): Login | undefined {
  if (!auth) return undefined
  if (auth.registrytoken) return { registryToken: auth.registrytoken }
  if (auth.identitytoken) return { identityToken: auth.identitytoken }
  if (auth.username) return { username: auth.username, password: auth.password ?? '' }
  const text = Buffer.from(auth.auth ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  // docker pads what it writes with NUL.
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

// docker-credential-helpers: `get` reads a server's name and prints JSON, or that it has none, with status 1.
async function askHelper(name: string, server: string, env: Environment): Promise<Login | undefined> {
  const program = `docker-credential-${name}`
  if (!/^[\w.-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a credential helper`)
  const { spawnGroup } = await import('./spawn-group.js')
  const ended = await spawnGroup([program, 'get'], {
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    cwd: process.cwd(),
    input: server,
    timeout: 30_000,
  })
  if (ended.problem)
    throw new Error(`${program}, which the docker config names, cannot be run: ${ended.problem.message}`)
  if (ended.status !== 0) {
    if (/credentials not found/i.test(ended.output)) return undefined
    throw new Error(`${program} failed for ${server}: ${ended.output.trim() || `status ${ended.status}`}`)
  }
  const { Username: username, Secret: secret } = readAnswer(ended.stdout, program)
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined
  return username === '<token>' ? { identityToken: secret } : { username, password: secret }
}

function readAnswer(text: string, program: string): { Username?: unknown; Secret?: unknown } {
  try {
    return (JSON.parse(text) as { Username?: unknown; Secret?: unknown } | null) ?? {}
  } catch (error) {
    // What it printed may hold a password.
    throw new Error(`${program} printed something that is not JSON`, { cause: error })
  }
}
