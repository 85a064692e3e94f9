import assert from 'node:assert/strict'
import type { Registry } from '../harness/index.js'
import { ask, served, type Login } from './served.js'

/**
 * Gives a manifest more tags, and answers them in order: `t00000` and so on. They come a thousand at a time, by the tag
 * parameter of the distribution-spec's development version.
 */
export async function tagManyTimes(
  registry: Registry,
  repository: string,
  tag: string,
  count: number,
  account?: Login,
): Promise<readonly string[]> {
  const { digest, type = '', bytes } = await served(registry, `/v2/${repository}/manifests/${tag}`, account)
  const tags = Array.from({ length: count }, (_, index) => `t${String(index).padStart(5, '0')}`)
  for (let at = 0; at < count; at += 1000) {
    const query = tags.slice(at, at + 1000).map((one) => `tag=${one}`)
    const path = `/v2/${repository}/manifests/${digest}?${query.join('&')}`
    const reply = await ask(registry, path, { account, method: 'PUT', type, body: bytes })
    assert.equal(reply.status, 201)
  }
  return tags
}
