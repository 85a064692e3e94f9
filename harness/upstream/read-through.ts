import type { SourceStore } from '../signatures/store-source.js'
import type { PullThrough } from './pull-through.js'

/**
 * A store as somebody sees it who reads it through its upstream: what it does not have is fetched. Signatures are so found
 * that no client has asked for.
 * @param matches Whether a repository is asked about.
 * @param clock The time, in milliseconds since 1970.
 */
export function readThrough(
  store: SourceStore,
  pull: PullThrough,
  matches: (repository: string) => boolean,
  clock: () => number,
): SourceStore {
  return {
    async tag(repository, tag) {
      if (matches(repository)) await pull.manifest(repository, { tag }, clock())
      return store.tag(repository, tag)
    },
    async manifest(repository, digest) {
      if (matches(repository)) await pull.manifest(repository, { digest }, clock())
      return store.manifest(repository, digest)
    },
    manifestBytes: (repository, digest) => store.manifestBytes(repository, digest),
    async blob(repository, digest, at) {
      if (matches(repository)) await pull.blob(repository, digest, at)
      return store.blob(repository, digest, at)
    },
    async referrers(repository, subject, page) {
      if (matches(repository)) await pull.referrers(repository, subject, clock())
      return store.referrers(repository, subject, page)
    },
  }
}
