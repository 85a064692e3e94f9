import type { Clock } from '../clock.js'
import type { Journal } from '../journal/view.js'

/** A rule of a fault, at work. */
export interface SteeredFault {
  readonly id: number
  /** As JSON has it. */
  readonly rule: unknown
  readonly hits: number
  remove(): unknown
}

/**
 * What of a registry can be steered over http. What is undefined it cannot do.
 *
 * These are methods, and not functions in members: rules and snapshots come from outside or go through unread, and the
 * registry alone knows what they are.
 */
export interface Steered {
  readonly url: string
  readonly host: string
  readonly profile: string
  readonly journal: Journal
  readonly clock: Clock
  readonly faults?:
    | {
        /** @throws TypeError for what is no rule. */
        add(rule: unknown): SteeredFault
        list(): readonly SteeredFault[]
        clear(): void
      }
    | undefined
  snapshot?(): Promise<unknown>
  restore?(snapshot: unknown): Promise<void>
  reset?(): Promise<void>
  namespace?(under?: string): string
  collect?(options?: { readonly grace?: number | undefined; readonly untagged?: boolean | undefined }): Promise<object>
}
