import type { Code, SigningKey } from 'start-registry/cosign'
import type { SignedStore } from './signed-store.js'

/** What somebody has put into a repository as signatures of an image, and what becomes of it. */
export interface HostileCase {
  readonly name: string
  readonly put: (store: SignedStore, maker: Maker) => void
  /** The rule of `strict` that it breaks, or that it is accepted. */
  readonly strict: Code | 'accepted'
  /** The same for `cosign`, and the exit code. */
  readonly cosign: Code | 'accepted'
  readonly exit: number
  /** Where a version of the real one ends otherwise. */
  readonly real?: Readonly<Record<string, number>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Who makes it: the right key, for an image of this digest. */
export interface Maker {
  readonly key: SigningKey
  readonly digest: string
  readonly reference: string
}
