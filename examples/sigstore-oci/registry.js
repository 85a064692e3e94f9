import { image } from 'start-registry'
import { registryFor } from 'start-registry/node-test'

export const alice = { username: 'alice', password: 'correct: horse' }
export const bob = { username: 'bob', password: 'battery' }

/** Tries again at once, where the client's own default is never. */
export const retrying = { retry: { retries: 3, minTimeout: 1, factor: 1 } }

/** A registry for one test, with an image in it to attach things to. */
export async function stockedRegistry(t, options) {
  const registry = await registryFor(t, { accounts: [alice, bob], ...options })
  const { digests } = await registry.seed({ 'team/app:1': image() })
  const imageName = `${registry.host}/team/app`
  const imageDigest = digests['team/app:1']
  return {
    registry,
    imageName,
    imageDigest,
    /** The tag that stands for the referrers API where there is none. */
    fallback: imageDigest.replace(':', '-'),
    /** What `attachArtifactToImage` takes. */
    attachment: (text, more) => ({
      artifact: Buffer.from(text),
      mediaType: 'application/vnd.example.sbom',
      imageName,
      imageDigest,
      credentials: alice,
      ...more,
    }),
    /** Asks the registry as somebody else would. */
    async get(path) {
      const headers = { Authorization: `Basic ${btoa('bob:battery')}` }
      const reply = await fetch(`${registry.url}/v2/team/app/${path}`, { headers })
      if (!reply.ok) throw new Error(`${reply.status} for ${path}`)
      return Buffer.from(await reply.arrayBuffer())
    },
  }
}

/** What an OCIError is about: the client hides it in `cause`. */
export const because = (message, statusCode) => (error) =>
  error.name === 'OCIError' && message.test(error.cause.message) && error.cause.statusCode === statusCode
