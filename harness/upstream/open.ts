import { join } from 'node:path'
import { matcher } from '../../src/access/permissions.js'
import type { Stage } from '../../src/protocol/call.js'
import type { Store } from '../../src/store/store.js'
import type { StartOptions } from '../options.js'
import type { UpstreamOptions } from './options.js'
import { PullThrough } from './pull-through.js'
import type { SourceStore } from '../signatures/store-source.js'
import { PulledTags } from './pulled-tags.js'
import { readThrough } from './read-through.js'
import { Recorder } from './recorder.js'
import { registryUpstream } from './registry-upstream.js'
import { replayed } from './replay.js'
import { pullThrough } from './stage.js'

/** An upstream that is asked. */
export interface OpenUpstream {
  readonly stage: Stage
  /** The store as it is read through the upstream. */
  readonly store: SourceStore
  readonly close: () => Promise<void>
}

/**
 * Makes the stage that asks an upstream, or what was recorded of one.
 * @throws TypeError for a host that is none; Error for a CA or a recording that cannot be read.
 */
export function openUpstream(options: UpstreamOptions, store: Store, start: StartOptions): OpenUpstream {
  const { storage } = start
  const isReplay = 'replay' in options
  // Beside the content that it tells of.
  const kept = typeof storage === 'object' && 'disk' in storage ? join(storage.disk, 'pulled-tags') : undefined
  const recorder = isReplay || options.record === undefined ? undefined : new Recorder(options.record)
  const pull = new PullThrough({
    store,
    upstream: isReplay ? replayed(options.replay) : registryUpstream(options),
    pulled: new PulledTags(store, kept),
    recorder,
    fresh: isReplay ? 0 : (options.fresh ?? 0),
  })
  const isNamed = matcher(options.repositories ?? '*')
  const prefix = isReplay || options.prefix === undefined ? '' : `${options.prefix}/`
  const matches = (repository: string): boolean => repository.startsWith(prefix) && isNamed(repository)
  return {
    stage: pullThrough(pull, {
      store,
      matches,
      referrers: start.referrers ?? true,
      sparse: start.sparse ?? false,
    }),
    store: readThrough(store, pull, matches, start.clock ?? Date.now),
    close: () => pull.close(),
  }
}
