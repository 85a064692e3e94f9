import { dirname } from 'node:path'
import type { HomeFolder } from './folder.js'
import type { HomeOptions } from './home.js'

/**
 * config.json as docker login writes it, which all clients read: cosign, crane, oras and regctl by DOCKER_CONFIG, helm
 * by HELM_REGISTRY_CONFIG, podman, skopeo and buildah by REGISTRY_AUTH_FILE.
 */
export function dockerConfig({ file }: HomeFolder, { names, account }: HomeOptions): Record<string, string> {
  const auth = account && Buffer.from(`${account.username}:${account.password}`).toString('base64')
  const auths = auth === undefined ? {} : Object.fromEntries(names.map((name) => [name, { auth }]))
  const path = file('.docker/config.json', JSON.stringify({ auths }))
  return { DOCKER_CONFIG: dirname(path), HELM_REGISTRY_CONFIG: path, REGISTRY_AUTH_FILE: path }
}
