import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Words to put behind the name of a client's command (`podman push`, `helm show chart`), for whoever does without the
 * environment: they make it take the registry's CA, or plain http. A client that needs none has an empty list.
 */
export interface ClientFlags {
  readonly curl: readonly string[]
  /** helm 3.8.2 has none of these: it takes http from localhost, 127.* and [::1], and the CA by SSL_CERT_FILE. */
  readonly helm: readonly string[]
  /** `oras cp` has them twice, as `--from-…` and `--to-…`. Without the last one it speaks http to localhost. */
  readonly oras: readonly string[]
  /** crane has no flag for a CA: over https it does not check the certificate then. */
  readonly crane: readonly string[]
  /** From cosign 2 on, and not for `cosign login`. */
  readonly cosign: readonly string[]
  readonly podman: readonly string[]
  /** `skopeo copy` and `skopeo sync` have them twice, as `--src-…` and `--dest-…`. */
  readonly skopeo: readonly string[]
  readonly buildah: readonly string[]
}

/**
 * The flags for a registry.
 * @param folder Where a folder for --cert-dir may be made.
 */
export function clientFlags(folder: () => string, url: string, caFile: string | undefined): ClientFlags {
  if (url.startsWith('http:')) return plainHttp
  if (caFile === undefined) return ownCertificate
  const containers = ['--cert-dir', certDir(folder(), caFile)]
  return {
    curl: ['--cacert', caFile],
    helm: ['--ca-file', caFile],
    oras: ['--ca-file', caFile, '--plain-http=false'],
    crane: ['--insecure'],
    cosign: ['--registry-cacert', caFile],
    podman: containers,
    skopeo: containers,
    buildah: containers,
  }
}

const plainHttp: ClientFlags = {
  curl: [],
  helm: ['--plain-http'],
  oras: ['--plain-http'],
  crane: ['--insecure'],
  cosign: ['--allow-http-registry'],
  podman: ['--tls-verify=false'],
  skopeo: ['--tls-verify=false'],
  buildah: ['--tls-verify=false'],
}

// A certificate that came without a CA is one that the system trusts.
const ownCertificate: ClientFlags = {
  curl: [],
  helm: [],
  oras: [],
  crane: [],
  cosign: [],
  podman: [],
  skopeo: [],
  buildah: [],
}

/** containers-certs.d(5): what ends in .crt is a CA. */
function certDir(folder: string, caFile: string): string {
  const path = join(folder, 'certs')
  mkdirSync(path, { recursive: true })
  copyFileSync(caFile, join(path, 'ca.crt'))
  return path
}
