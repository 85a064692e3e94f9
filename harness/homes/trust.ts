import { existsSync, readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { HomeFolder } from './folder.js'
import type { HomeOptions } from './home.js'

/**
 * Variables by which programs take the CA: those in Go, Python and Node, curl, git, and what is made with OpenSSL. All but
 * Node's replace what is trusted otherwise, so in an environment that is the user's, files have that too: a test that also
 * downloads something goes on doing so.
 */
export function trust({ file }: HomeFolder, { ca, user }: HomeOptions): Record<string, string> {
  if (ca === undefined) return {}
  if (user === undefined) return Object.fromEntries([...replacing, adding].map((name) => [name, ca.file]))
  const system = systemRoots()
  const beside = (name: string, roots: string): string => file(`trust/${name}.pem`, `${roots.trimEnd()}\n${ca.pem}`)
  const roots = beside('roots', system)
  const own = (name: string): string | undefined => read(user[name])
  const replaced = replacing.map((name): [string, string] => {
    const text = own(name)
    return [name, text === undefined || text === system ? roots : beside(name, text)]
  })
  const added = own(adding)
  return { ...Object.fromEntries(replaced), [adding]: added === undefined ? ca.file : beside(adding, added) }
}

const replacing = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'] as const
const adding = 'NODE_EXTRA_CA_CERTS'

// Debian, Alpine, Arch; Fedora, RHEL; openSUSE; macOS, the BSDs: where crypto/x509 of Go looks too.
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

// Where the system has no such file, the roots that node brings.
const systemRoots = (): string => read(systemFiles.find((name) => existsSync(name))) ?? rootCertificates.join('\n')

// What names no file counts for nothing, as it does for most who read these variables.
const read = (path: string | undefined): string | undefined =>
  path && existsSync(path) ? readFileSync(path, 'utf8') : undefined
