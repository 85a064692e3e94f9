import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import type { EnvOptions, Registry } from 'start-registry'
import { makeCertificates } from '../../src/server/certificates.js'
import { registryFor } from '../support/registries.js'

const accounts = [
  { username: 'alice', password: 'secret' },
  { username: 'bob', password: 'other' },
]
// alice:secret
const auth = 'YWxpY2U6c2VjcmV0'

interface Home {
  /** The environment, with HOME and the CA's path replaced. */
  readonly env: Readonly<Record<string, string>>
  /** The text of each file, by its path in the home. */
  readonly files: Readonly<Record<string, string>>
  readonly path: string
}

function homeOf(registry: Registry, options?: EnvOptions): Home {
  const env = registry.env(options)
  const path = env['HOME'] as string
  const shown = (text: string): string => text.replaceAll(path, 'HOME').replaceAll(registry.caFile ?? path, 'CA')
  const paths = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
  const files = paths.filter((name) => statSync(name).isFile())
  return {
    path,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, shown(value)])),
    files: Object.fromEntries(files.map((file) => [relative(path, file), shown(readFileSync(file, 'utf8'))])),
  }
}

const everywhere = {
  HOME: 'HOME',
  XDG_CONFIG_HOME: 'HOME/.config',
  XDG_CACHE_HOME: 'HOME/.cache',
  XDG_DATA_HOME: 'HOME/.local/share',
  XDG_RUNTIME_DIR: 'HOME/run',
  TMPDIR: 'HOME/tmp',
  DOCKER_CONFIG: 'HOME/.docker',
  HELM_REGISTRY_CONFIG: 'HOME/.docker/config.json',
  REGISTRY_AUTH_FILE: 'HOME/.docker/config.json',
  CONTAINERS_CONF: 'HOME/.config/containers/containers.conf',
  CONTAINERS_STORAGE_CONF: 'HOME/.config/containers/storage.conf',
  CONTAINERS_REGISTRIES_CONF: '',
  HELM_CONFIG_HOME: 'HOME/helm/config',
  HELM_CACHE_HOME: 'HOME/helm/cache',
  HELM_DATA_HOME: 'HOME/helm/data',
  REGCTL_CONFIG: 'HOME/.regctl/config.json',
  NERDCTL_TOML: 'HOME/.config/nerdctl/nerdctl.toml',
  REGISTRY_HOSTS_DIR: 'HOME/.config/containerd/certs.d',
}

void t.test('a home for http, of nobody', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  const { port } = registry
  const { env, files } = homeOf(registry)
  t.same(env, { ...everywhere, REGISTRY: `127.0.0.1:${port}`, REGISTRY_URL: `http://127.0.0.1:${port}` })
  t.same(files, {
    '.docker/config.json': '{"auths":{}}',
    '.regctl/config.json': JSON.stringify({
      hosts: {
        [`127.0.0.1:${port}`]: { tls: 'disabled', hostname: `127.0.0.1:${port}` },
        [`localhost:${port}`]: { tls: 'disabled', hostname: `localhost:${port}` },
        [`[::1]:${port}`]: { tls: 'disabled', hostname: `[::1]:${port}` },
      },
    }),
    '.config/containers/policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}',
    '.config/containers/registries.conf': `[[registry]]
location = "127.0.0.1:${port}"
insecure = true

[[registry]]
location = "localhost:${port}"
insecure = true

[[registry]]
location = "[::1]:${port}"
insecure = true
`,
    '.config/containers/containers.conf': `[engine]
events_logger = "none"
cgroup_manager = "cgroupfs"
lock_type = "file"
tmp_dir = "HOME/run/libpod"
image_copy_tmp_dir = "HOME/tmp"

[network]
network_config_dir = "HOME/networks"
`,
    '.config/containers/storage.conf': `[storage]
driver = "vfs"
graphroot = "HOME/storage"
runroot = "HOME/run/storage"
`,
    '.config/nerdctl/nerdctl.toml': 'hosts_dir = ["HOME/.config/containerd/certs.d"]\n',
    ...Object.fromEntries(
      ['127.0.0.1', 'localhost', '[::1]'].map((name) => [
        `.config/containerd/certs.d/${name}:${port}/hosts.toml`,
        `server = "http://${name}:${port}"

[host."http://${name}:${port}"]
capabilities = ["pull", "resolve", "push"]
`,
      ]),
    ),
  })
})

void t.test('a home for https, of an account, with more names', async (t) => {
  const { registry } = await registryFor(t, { accounts, tls: { names: ['registry.test'] } })
  const { port } = registry
  const { env, files } = homeOf(registry, { as: 'alice', names: ['registry.test', '127.0.0.1'] })
  t.same(env, {
    ...everywhere,
    REGISTRY: `127.0.0.1:${port}`,
    REGISTRY_URL: `https://127.0.0.1:${port}`,
    REGISTRY_CA_FILE: 'CA',
    SSL_CERT_FILE: 'CA',
    NODE_EXTRA_CA_CERTS: 'CA',
    REQUESTS_CA_BUNDLE: 'CA',
    CURL_CA_BUNDLE: 'CA',
    GIT_SSL_CAINFO: 'CA',
  })
  const pem = readFileSync(registry.caFile as string, 'utf8')
  const names = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `registry.test:${port}`]
  t.equal(
    files['.docker/config.json'],
    JSON.stringify({ auths: Object.fromEntries(names.map((name) => [name, { auth }])) }),
  )
  t.same(JSON.parse(files['.regctl/config.json'] as string), {
    hosts: Object.fromEntries(names.map((name) => [name, { tls: 'enabled', regcert: pem, hostname: name }])),
  })
  const certificates = Object.entries(files).filter(([path]) => path.startsWith('.config/containers/certs.d/'))
  t.same(
    Object.fromEntries(certificates),
    Object.fromEntries(names.map((name) => [`.config/containers/certs.d/${name}/ca.crt`, pem])),
  )
  t.equal(
    files[`.config/containerd/certs.d/registry.test:${port}/hosts.toml`],
    `server = "https://registry.test:${port}"

[host."https://registry.test:${port}"]
capabilities = ["pull", "resolve", "push"]
ca = "CA"
`,
  )
  t.match(files['.config/containers/registries.conf'], `location = "registry.test:${port}"\ninsecure = false\n`)
  t.notMatch(files['.config/containers/registries.conf'], /insecure = true/)
})

void t.test('a home that does not trust the CA has it nowhere', async (t) => {
  const { registry } = await registryFor(t, { tls: true })
  const { env, files } = homeOf(registry, { trust: false })
  t.same(env, { ...everywhere, REGISTRY: registry.host, REGISTRY_URL: registry.url })
  t.notMatch(Object.values(files).join('\n'), /CERTIFICATE/)
  t.match(JSON.parse(files['.regctl/config.json'] as string), { hosts: { [registry.host]: { tls: 'enabled' } } })
})

void t.test('keepHome replaces what clients read, and no folder of the user', async (t) => {
  const { registry } = await registryFor(t, { tls: true, accounts })
  const env = registry.env({ as: 'alice', keepHome: true })
  t.same(
    Object.keys(env).filter((name) => /^(HOME|XDG_.*|TMPDIR)$/.test(name)),
    [],
  )
  const text = (name: string): string => readFileSync(env[name] as string, 'utf8')
  t.match(text('REGISTRY_AUTH_FILE'), auth)
  t.match(text('CONTAINERS_REGISTRIES_CONF'), `location = "${registry.host}"`)
  t.equal(text('REGISTRY_CA_FILE'), readFileSync(registry.caFile as string, 'utf8'))
  t.ok(text('SSL_CERT_FILE').endsWith(text('REGISTRY_CA_FILE')))
  for (const folder of ['run', 'tmp']) t.ok(statSync(join(env['DOCKER_CONFIG'] as string, '..', folder)).isDirectory())
})

void t.test('a home is for its owner alone, and another one the next time', async (t) => {
  const { registry } = await registryFor(t, { tls: true, accounts })
  const [first, second] = [homeOf(registry, { as: 'alice' }), homeOf(registry, { as: 'bob' })]
  t.not(first.path, second.path)
  t.not(first.files['.docker/config.json'], second.files['.docker/config.json'])
  for (const name of ['', ...readdirSync(first.path, { recursive: true, encoding: 'utf8' })]) {
    const { mode } = statSync(join(first.path, name))
    t.equal(mode & 0o077, 0, name)
  }
  // containers-registries.d(5): the system's counts where the home has none.
  t.same(readdirSync(join(first.path, '.config/containers/registries.d')), [])
})

void t.test('what is no account and what is no name', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  t.throws(() => registry.env({ as: 'carol' }), {
    name: 'TypeError',
    message: 'start-registry: there is no account carol whose password is known here',
  })
  for (const name of ['../etc', 'registry.test:443', 'https://registry.test', 'a/b', '', '-a', 'a"b', 'a\nb']) {
    t.throws(() => registry.env({ names: [name] }), {
      name: 'TypeError',
      message: `start-registry: names: ${JSON.stringify(name)} is not a host name; the port is added to it`,
    })
  }
})

void t.test('flags for http', async (t) => {
  const { registry } = await registryFor(t)
  t.same(registry.flags, {
    curl: [],
    helm: ['--plain-http'],
    oras: ['--plain-http'],
    crane: ['--insecure'],
    cosign: ['--allow-http-registry'],
    podman: ['--tls-verify=false'],
    skopeo: ['--tls-verify=false'],
    buildah: ['--tls-verify=false'],
  })
})

void t.test('flags for https', async (t) => {
  const { registry } = await registryFor(t, { tls: true })
  const ca = registry.caFile as string
  const folder = registry.flags.podman[1] as string
  t.same(registry.flags, {
    curl: ['--cacert', ca],
    helm: ['--ca-file', ca],
    oras: ['--ca-file', ca, '--plain-http=false'],
    crane: ['--insecure'],
    cosign: ['--registry-cacert', ca],
    podman: ['--cert-dir', folder],
    skopeo: ['--cert-dir', folder],
    buildah: ['--cert-dir', folder],
  })
  t.same(readdirSync(folder), ['ca.crt'])
  t.equal(readFileSync(join(folder, 'ca.crt'), 'utf8'), readFileSync(ca, 'utf8'))
})

void t.test('flags for a certificate of your own, which the system trusts', async (t) => {
  const { certificate, key } = makeCertificates({ names: [], now: Date.now() })
  const { registry } = await registryFor(t, { tls: { cert: certificate, key } })
  t.same([...new Set(Object.values(registry.flags).flat())], [])
  t.notMatch(registry.env(), { SSL_CERT_FILE: /./ })
})
