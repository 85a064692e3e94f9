import { join } from 'node:path'
import type { HomeFolder } from './folder.js'
import type { HomeOptions } from './home.js'

/**
 * The world of podman, skopeo and buildah: containers.conf(5), containers-storage.conf(5), containers-registries.conf(5),
 * containers-policy.json(5), containers-registries.d(5), containers-certs.d(5). All three read the home's files before
 * the system's, as root too.
 *
 * What no file and no variable moves is where they keep what they have learned of blobs (which repositories have them,
 * how they are compressed) when root runs them: /var/lib/containers/cache (containers/image,
 * pkg/blobinfocache/default.go). Whoever is not root has it in XDG_DATA_HOME, which is the home's. The runner of
 * scenarios mounts the home's folder over root's (`ownBlobCache`); beside it, homes that root uses share this knowledge.
 */
export function containers(home: HomeFolder, { names, url, ca, user }: HomeOptions): Record<string, string> {
  const { file, folder } = home
  const config = '.config/containers'
  file(`${config}/policy.json`, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }))
  const registries = file(`${config}/registries.conf`, registriesConf(names, url.startsWith('http:')))
  // Where there is none, they take the system's, with the places for signatures that it names.
  folder(`${config}/registries.d`)
  if (ca) for (const name of names) file(`${config}/certs.d/${name}/ca.crt`, ca.pem)
  return {
    CONTAINERS_CONF: file(`${config}/containers.conf`, containersConf(home)),
    CONTAINERS_STORAGE_CONF: file(`${config}/storage.conf`, storageConf(home)),
    // Empty leads to the home's registries.conf. Naming that file here adds the system's registries.conf.d to it, which is
    // as good where HOME is the user's, and unset, a variable of the user's would count. skopeo 1.9 reads none of them.
    CONTAINERS_REGISTRIES_CONF: user === undefined ? '' : registries,
  }
}

// podman's locks, its state and what it copies through would otherwise be shared by all podmans of the machine: in
// /dev/shm, /run/libpod, /run/containers and /var/tmp.
function containersConf({ path }: HomeFolder): string {
  const engine = [
    'events_logger = "none"',
    'cgroup_manager = "cgroupfs"',
    'lock_type = "file"',
    `tmp_dir = "${join(path, 'run/libpod')}"`,
    `image_copy_tmp_dir = "${join(path, 'tmp')}"`,
  ]
  const network = [`network_config_dir = "${join(path, 'networks')}"`]
  return `[engine]\n${engine.join('\n')}\n\n[network]\n${network.join('\n')}\n`
}

// They take http only from registries that are named as insecure.
const registriesConf = (names: readonly string[], insecure: boolean): string =>
  names.map((location) => `[[registry]]\nlocation = "${location}"\ninsecure = ${insecure}\n`).join('\n')

// vfs needs no kernel support; a storage of its own has no images, and no memory of layers, from elsewhere.
const storageConf = ({ path }: HomeFolder): string =>
  `[storage]\ndriver = "vfs"\ngraphroot = "${join(path, 'storage')}"\nrunroot = "${join(path, 'run/storage')}"\n`
