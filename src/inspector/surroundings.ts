import type { SignatureVerdict } from '../cosign/verdict.js'
import type { Awaitable } from '../protocol/awaitable.js'
import type { Digest } from '../route/names.js'
import type { Store } from '../store/store.js'

/** Somebody who looks at pages, and what they may see. */
export interface Viewer {
  /** Undefined for nobody in particular. */
  readonly account: string | undefined
  /** Whether they may see a repository and what is in it. */
  readonly maySee: (repository: string) => boolean
  /** Whether they may see what all others do. */
  readonly seesAll: boolean
  /** Whether a button to create an organization is of use to them. */
  readonly mayCreate: boolean
}

/** Who may look at pages. */
export interface People {
  /**
   * Tells whether somebody has shown who they are: undefined when they have, or why not, in words.
   * Not there where nobody can log in.
   */
  readonly login?: ((username: string, password: string, at: number) => Awaitable<string | undefined>) | undefined
  /** Somebody who has logged in, or nobody in particular; undefined when they must log in first. */
  readonly viewer: (account: string | undefined) => Viewer | undefined
}

/** Which repositories and organizations there are. */
export interface Grounds {
  /** The organization of repositories whose names have one part. */
  readonly library: string
  /** Names of repositories that somebody may see, in order. */
  readonly repositories: (viewer: Viewer) => AsyncIterable<string> | Iterable<string>
  /** Organizations that somebody may see, whether anything is in them or not. */
  readonly organizations: (viewer: Viewer) => Iterable<string>
  /**
   * Makes an organization.
   * @returns Why it cannot be, in words, or undefined when it is there.
   */
  readonly create: (name: string, viewer: Viewer, at: number) => string | undefined
}

/** The signatures of an image with what became of each. */
export interface FoundSignatures {
  /** Whether there is a key that they could be verified with. */
  readonly checked: boolean
  readonly verdicts: readonly SignatureVerdict[]
}

/** A request that was answered, without credentials. */
export interface SeenRequest {
  /** Later ones have larger ones. */
  readonly id: number
  /** Such as `2026-11-24T08:38:44.000Z`. */
  readonly time: string
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly target: string
  /** What end of the API it went to; `page` for pages. */
  readonly route: string
  readonly repository: string | undefined
  readonly account: string | undefined
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[]
  readonly received: number
  /** 0 when the connection went away before there was a reply. */
  readonly status: number
  readonly bytes: number
  readonly ms: number
  readonly faults: readonly string[]
  readonly aborted: boolean
}

/** The requests that are answered. */
export interface Requests {
  /** Those that are remembered, the oldest first. @param after Only those with a larger id. */
  readonly recent: (after: number) => readonly SeenRequest[]
  /** Calls `listener` for each that comes; the answer takes it away again. */
  readonly listen: (listener: (request: SeenRequest) => void) => () => void
}

/** What the pages of a registry are made from. */
export interface Surroundings {
  readonly store: Store
  readonly people: People
  readonly grounds: Grounds
  readonly requests: Requests
  readonly signatures: (repository: string, digest: Digest) => Promise<FoundSignatures>
  /** What it is played like, such as `oci`. */
  readonly profile: string
}
