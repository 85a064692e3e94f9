import type { Run, RunOptions } from '../harness/run.js'

/** A story with real clients, from one end to the other. It fails by throwing. */
export interface Scenario {
  readonly name: string
  /** What it shows, in one line. */
  readonly title: string
  /** The clients that it runs, by their names in vendor-binaries/manifest.ts. */
  readonly clients: readonly string[]
  readonly run: (context: ScenarioContext) => Promise<void>
}

export interface ScenarioContext {
  /** Writes a heading into the transcript. */
  readonly say: (heading: string) => void
  /**
   * A place to work in: the home that `registry.env()` made, where the scenario's clients are first on PATH. It goes
   * away with its registry.
   */
  readonly desk: (env: Readonly<Record<string, string>>, options?: Pick<RunOptions, 'set' | 'hide'>) => Desk
}

/** A folder to work in, and commands that run there. */
export interface Desk {
  readonly folder: string
  readonly sh: Run
  /** Writes a file, and the folders that it is in. */
  readonly write: (path: string, content: string) => void
  readonly read: (path: string) => Buffer
}
