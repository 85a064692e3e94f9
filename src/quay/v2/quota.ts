import { isDigest, type Digest } from '../../route/names.js'
import { findNamespace } from '../directory/namespaces.js'
import { readManifest } from '../manifest.js'
import type { QuayRegistry } from '../quay.js'
import { QuayError } from './errors.js'

/**
 * Refuses a push into a namespace that holds more than it may (data/model/namespacequota.py): with a quota of its own,
 * more than one of its limits of the type Reject; without one, as much as DEFAULT_SYSTEM_REJECT_QUOTA_BYTES.
 * @param more Bytes that are being pushed.
 * @throws QuayError DENIED
 */
export async function checkQuota(quay: QuayRegistry, namespace: string, more: number, at: number): Promise<void> {
  const { config, directory } = quay
  if (!config.FEATURE_QUOTA_MANAGEMENT) return
  const [quota] = findNamespace(directory, namespace)?.quotas ?? []
  const whole = config.DEFAULT_SYSTEM_REJECT_QUOTA_BYTES
  // Without a limit nobody measures.
  const limits = (quota?.limits ?? []).map(({ type, percent }) => ({
    rejects: type.toLowerCase() === 'reject',
    bytes: Math.floor(((quota?.limitBytes ?? 0) * percent) / 100),
  }))
  if (quota ? limits.length === 0 : whole <= 0) return
  const size = (await namespaceSize(quay, namespace, at)) + more
  // The largest limit that is behind decides.
  const [passed] = limits.filter(({ bytes }) => size > bytes).toSorted((a, b) => b.bytes - a.bytes)
  if (quota ? passed?.rejects : size >= whole) {
    throw new QuayError(403, 'DENIED', 'Quota has been exceeded on namespace')
  }
}

// Each blob counts once, in however many of the manifests that tags lead to it is.
async function namespaceSize({ directory, history, store }: QuayRegistry, namespace: string, at: number) {
  const sizes = new Map<string, number>()
  const measure = async (repository: string, digest: Digest): Promise<void> => {
    const manifest = await readManifest(store, repository, digest)
    for (const { digest: child = '' } of manifest?.children ?? []) if (isDigest(child)) await measure(repository, child)
    for (const one of [manifest?.config, ...(manifest?.layers ?? [])]) {
      if (one?.digest !== undefined) sizes.set(one.digest, one.size ?? 0)
    }
  }
  for (const [repository] of directory.table('repositories').startingWith(`${namespace}/`)) {
    for (const tag of history.tags(repository, at)) {
      const entry = history.current(repository, tag, at)
      if (entry) await measure(repository, entry.digest)
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}
