import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { commandLine } from './command-line.js'

/**
 * What of the system's files a command sees otherwise than they are: unshare(1), mount_namespaces(7). The machine stays
 * as it is.
 */
export interface Namespace {
  /** Names that /etc/hosts has for 127.0.0.1, beside what it has. @default none */
  readonly hosts?: readonly string[] | undefined
  /**
   * A folder for a copy of Debian's trust store, made when it is not there: update-ca-certificates works on the copy.
   * Commands that name the same folder share it. @default the system's own
   */
  readonly trust?: string | undefined
}

type Environment = Readonly<Record<string, string>>

/** What update-ca-certificates reads and writes, beside the certificates that packages bring. */
const trustStore = ['/etc/ssl/certs', '/usr/local/share/ca-certificates'] as const

const containersTools = ['podman', 'skopeo', 'buildah']

/**
 * Words that run a command in a mount namespace of its own.
 * @throws Error where this process may make none, or the machine has no trust store of Debian's kind; TypeError when a
 *   name in `hosts` is none.
 */
export function inNamespace(words: readonly string[], namespace: Namespace): string[] {
  if (!mayMount()) {
    throw new Error(
      'a private mount namespace needs Linux and root with CAP_SYS_ADMIN: run this as root, not sandboxed',
    )
  }
  const { hosts = [], trust } = namespace
  return enter(words, [...hostsFile(hosts), ...(trust === undefined ? [] : trustMounts(trust))])
}

/**
 * Words that run podman, skopeo or buildah with a memory of blobs of the home's own, which only a mount can give them
 * when root runs them (see homes/containers.ts); those of other commands as they are. What a container that goes on in
 * the background has mounted is not there for the next command.
 */
export function ownBlobCache(words: readonly string[], env: Environment): readonly string[] {
  const data = env['XDG_DATA_HOME']
  if (data === undefined || !containersTools.includes(basename(words[0] ?? ''))) return words
  // Root without CAP_SYS_ADMIN can be given none: what they learn is then shared with root's other homes.
  if (!mayMount()) return words
  const own = join(data, 'containers')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  // They make this folder themselves when they need it.
  const shared = '/var/lib/containers'
  return enter(words, [commandLine(['mkdir', '-p', '-m', '700', shared]), mount(own, shared)])
}

/** unshare makes the mounts that follow private by itself, and becomes the shell, which becomes the command. */
function enter(words: readonly string[], steps: readonly string[]): string[] {
  const script = [...steps, 'exec "$@"'].join('\n')
  return ['unshare', '--mount', 'sh', '-ec', script, 'sh', ...words]
}

const mount = (from: string, to: string): string => commandLine(['mount', '--bind', from, to])

function hostsFile(names: readonly string[]): string[] {
  if (names.length === 0) return []
  for (const name of names) {
    if (!/^[\w.-]+$/.test(name)) throw new TypeError(`hosts: ${JSON.stringify(name)} is not a host name`)
  }
  return [
    'hosts=$(mktemp)',
    'cat /etc/hosts >"$hosts"',
    String.raw`printf '\n127.0.0.1 %s\n' '${names.join(' ')}' >>"$hosts"`,
    'chmod 644 "$hosts"',
    'mount --bind "$hosts" /etc/hosts',
    // Its name is needed no more: what is mounted stays until the namespace is gone.
    'rm "$hosts"',
  ]
}

function trustMounts(folder: string): string[] {
  return trustStore.map((path) => {
    const copy = join(folder, path.slice(1).replaceAll('/', '-'))
    if (!existsSync(copy)) {
      if (!existsSync(path)) throw new Error(`${path} is not there: install ca-certificates on Debian or Ubuntu`)
      cpSync(path, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    }
    return mount(copy, path)
  })
}

// CAP_SYS_ADMIN is bit 21 (capabilities(7)). Root in a container seldom has it.
function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const [, effective = '0'] = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return (BigInt(`0x${effective}`) & (1n << 21n)) !== 0n
}
