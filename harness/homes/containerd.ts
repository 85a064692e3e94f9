import { join } from 'node:path'
import type { HomeFolder } from './folder.js'
import type { HomeOptions } from './home.js'

/**
 * hosts.toml of containerd (its docs/hosts.md), one for each name of the registry: what `ctr --hosts-dir` takes, and what
 * nerdctl (its docs/config.md) is told by a nerdctl.toml of the home's, and without root finds in the home itself.
 * REGISTRY_HOSTS_DIR is ours: no client reads it, but `ctr images pull --hosts-dir "$REGISTRY_HOSTS_DIR"` does. The CRI
 * of a running containerd takes such a folder from its config.toml alone, as `config_path`.
 */
export function containerd(
  { path, file, folder }: HomeFolder,
  { names, url, ca }: HomeOptions,
): Record<string, string> {
  const hosts = '.config/containerd/certs.d'
  folder(hosts)
  const { protocol } = new URL(url)
  for (const name of names) file(`${hosts}/${name}/hosts.toml`, hostsToml(`${protocol}//${name}`, ca?.file))
  const directory = join(path, hosts)
  return {
    NERDCTL_TOML: file('.config/nerdctl/nerdctl.toml', `hosts_dir = [${JSON.stringify(directory)}]\n`),
    REGISTRY_HOSTS_DIR: directory,
  }
}

// JSON's strings are strings of TOML.
function hostsToml(server: string, ca: string | undefined): string {
  const host = [`[host."${server}"]`, 'capabilities = ["pull", "resolve", "push"]']
  if (ca !== undefined) host.push(`ca = ${JSON.stringify(ca)}`)
  return `server = "${server}"\n\n${host.join('\n')}\n`
}
