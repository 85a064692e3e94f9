import assert from 'node:assert/strict'
import type { RequestEvent } from '../harness/index.js'
import { headerOf } from './heard.js'

/**
 * Asserts who was granted something, over what and with what: `https alice Bearer`, each once. A token for nobody opens
 * nothing, and is left out.
 */
export function assertWho(requests: readonly RequestEvent[], ...to: readonly string[]): void {
  const granted = requests.filter(({ route, status }) => route.kind !== 'token' && status < 400)
  const by = granted.map((event) => {
    const scheme = headerOf(event, 'authorization')?.split(' ', 1)[0]
    return [event.scheme, event.account ?? 'anybody', ...(scheme ? [scheme] : [])].join(' ')
  })
  assert.deepEqual([...new Set(by)].toSorted(), to.toSorted())
}
