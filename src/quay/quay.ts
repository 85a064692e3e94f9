import type { QuayRows, QuayVersion } from '../profiles/quay.js'
import type { Call } from '../protocol/call.js'
import type { Store } from '../store/store.js'
import type { ManifestPolicy } from './artifact-types/policy.js'
import type { QuayConfig } from './config/fields.js'
import type { Directory } from './directory/directory.js'
import type { TagHistory } from './history/tag-history.js'
import type { Cursors } from './v2/listings.js'
import type { TemporaryTags } from './v2/temporary-tags.js'

/** A Quay, as the stages and pages of its v2 API see it. */
export interface QuayRegistry {
  readonly version: QuayVersion
  readonly rows: QuayRows
  readonly config: QuayConfig
  readonly policy: ManifestPolicy
  readonly directory: Directory
  readonly history: TagHistory
  readonly temporaryTags: TemporaryTags
  readonly store: Store
  readonly cursors: Cursors
  /** Scheme and host that URLs begin with. */
  readonly origin: (call: Call) => { readonly scheme: string; readonly host: string }
}
