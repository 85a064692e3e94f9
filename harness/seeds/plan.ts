import type { ArtifactSpec } from './artifact.js'
import type { ChartSpec } from './chart.js'
import type { IndexSpec } from './image-index.js'
import type { ImageSpec } from './image.js'
import { isOfKind } from './kinds.js'
import type { SignedSpec } from './signed.js'

/** What can be seeded. */
export type Seedable = ImageSpec | IndexSpec | ChartSpec | ArtifactSpec | SignedSpec

/**
 * Content by names: `team/app:1` has a tag, `team/app@sbom` has none, and is called so in this plan alone. Text is a name
 * too: of what has this one as well. Names stand for digests wherever something is about something else, in any order.
 */
export type SeedPlan = Readonly<Record<string, Seedable | string>>

export interface SeedOptions {
  /** What random bytes follow from. @default 1 */
  readonly seed?: number | string | undefined
  /** When all was made, by RFC 3339. @default '2026-01-01T00:00:00Z' */
  readonly created?: string | undefined
}

/** Whether a value describes something that can be seeded. */
export const isSeedable = (value: unknown): value is Seedable =>
  isOfKind(value, 'image', 'index', 'chart', 'artifact', 'signed')
