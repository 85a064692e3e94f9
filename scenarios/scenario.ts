import type { Run, RunOptions } from '../harness/run.js'
import type { Over } from './compatibility/record.js'

/** A story with real clients, from one end to the other. It fails by throwing. */
export interface Scenario {
  readonly name: string
  /** What it shows, in one line. */
  readonly title: string
  /** The clients that it runs, by their ids in vendor-binaries/manifest.ts (`helm@3.8.2`), or names: `podman`. */
  readonly clients: readonly string[]
  readonly run: (context: ScenarioContext) => Promise<void>
}

export interface ScenarioContext {
  /** Writes a heading into the transcript. */
  readonly say: (heading: string) => void
  /**
   * Plays stories at the same time, for those that mostly wait. The transcript of each comes whole, in their order.
   * @throws the first one's error, when all have ended.
   */
  readonly together: (stories: readonly ((context: ScenarioContext) => Promise<void>)[]) => Promise<void>
  /**
   * A place to work in: the home that `registry.env()` made, where the scenario's clients are first on PATH, and the
   * command `start-registry`. It goes away with its registry.
   */
  readonly desk: (env: Readonly<Record<string, string>>, options?: DeskOptions) => Desk
  /**
   * Records, for the compatibility table, that a story was seen to work.
   * @throws TypeError for a client that the scenario does not name, and for words that differ from run to run.
   */
  readonly show: (shown: Shown) => void
  /**
   * Records a client's own defect, with the message that it prints and that the scenario has asserted.
   * @throws TypeError as `show`.
   */
  readonly defect: (shown: Shown & { readonly message: string }) => void
  /** Records what a client does when something goes wrong, for the table of faults. @throws TypeError as `show`. */
  readonly observe: (observed: Observed) => void
}

export interface DeskOptions extends Pick<RunOptions, 'set' | 'hide'> {
  /**
   * Which of the scenario's clients are there, by id or name.
   * @default each of which the scenario has one version
   */
  readonly clients?: readonly string[]
}

/** What a client was seen to do. */
export interface Shown {
  /** The client's id, or its name for the default version. */
  readonly client: string
  /** A short phrase, the same for all clients that do the same: `push and pull`. */
  readonly story: string
  readonly over: Over
  /** What there is to know about it, in a sentence. */
  readonly note?: string
}

/** What a client was seen to do when something went wrong on purpose. */
export interface Observed {
  /** The client's id, or its name for the default version. */
  readonly client: string
  /** What goes wrong, in a few words. */
  readonly fault: string
  /** `untouched`: it asked nothing that the fault could be done to. `wrong`: it said that it worked, and it had not. */
  readonly outcome: 'works' | 'fails' | 'wrong' | 'untouched'
  /** How often it asked for what the fault was first done to: more than 1 is a retry. */
  readonly tries: number
  /** What it says in the end when it fails. */
  readonly message?: string
}

/** A folder to work in, and commands that run there. */
export interface Desk {
  readonly folder: string
  readonly sh: Run
  /** Writes a file, and the folders that it is in. */
  readonly write: (path: string, content: string) => void
  readonly read: (path: string) => Buffer
}
