import type { Credentials } from '../../src/client/authorization.js'
import { Connection } from '../../src/client/connection.js'
import { parseRepository, type RepositoryReference } from '../../src/client/reference.js'
import { fetchReferrers, fetchTaggedReferrers } from '../../src/client/referrers.js'
import { fetchBlobSize, fetchManifest, fetchManifestDigest, streamBlob } from '../../src/client/repository.js'
import { fetchTags } from '../../src/client/tags.js'
import { Transport } from '../../src/client/transport.js'
import { dockerCredentials } from '../docker-login.js'
import { pemText } from '../pem.js'
import type { PullThroughOptions } from './options.js'
import type { Upstream } from './upstream.js'

// Each has a token of its own; a client that asks for ever more repositories must not fill the memory with them.
const mostConnections = 1000

/**
 * A registry that is asked over the network.
 * @throws TypeError for a host that is none; Error for a CA that cannot be read.
 */
export function registryUpstream({ url, ca, credentials = 'docker', prefix }: PullThroughOptions): Upstream {
  const { origin, host } = new URL(url)
  const transport = new Transport({ ca: ca === undefined ? undefined : pemText('ca', ca) })
  const login = credentialsOf(credentials)
  const connections = new Map<string, { readonly there: RepositoryReference; readonly connection: Connection }>()
  // Also a check that its host is one.
  const { registry } = parseRepository(`${host}/x`)

  function reach(repository: string): [Connection, RepositoryReference] {
    let known = connections.get(repository)
    if (!known) {
      if (connections.size === mostConnections) connections.clear()
      const there = parseRepository(
        `${host}/${prefix === undefined ? repository : repository.slice(prefix.length + 1)}`,
      )
      // Docker Hub has another host than its name says.
      const at = there.registry === host ? origin : `https://${there.registry}`
      known = { there, connection: new Connection(there, { transport, credentials: login, origin: at }) }
      connections.set(repository, known)
    }
    return [known.connection, known.there]
  }

  return {
    name: registry,
    manifest: async (repository, reference) => fetchManifest(...reach(repository), reference),
    manifestDigest: async (repository, reference) => fetchManifestDigest(...reach(repository), reference),
    blob: async (repository, digest) => streamBlob(...reach(repository), digest),
    blobSize: async (repository, digest) => fetchBlobSize(...reach(repository), digest),
    tags: async (repository) => fetchTags(...reach(repository)),
    async referrers(repository, subject) {
      const [connection, there] = reach(repository)
      // A client that gets a list from here does not look for the tag that stands in for one there.
      const listed =
        (await fetchReferrers(connection, there, subject)) ?? (await fetchTaggedReferrers(connection, there, subject))
      return listed.map(({ digest }) => digest)
    },
    close: () => transport.close(),
  }
}

function credentialsOf(credentials: NonNullable<PullThroughOptions['credentials']>): Credentials {
  if (credentials === 'docker') return dockerCredentials()
  return async () => (credentials === 'nobody' ? undefined : credentials)
}
