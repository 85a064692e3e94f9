import assert from 'node:assert/strict'
import type { Run, RunResult } from '../harness/run.js'

/** How a client fails: its status, and what it says on stderr. */
export interface Failure {
  readonly status: number
  readonly message: RegExp
}

/** Asserts that what is run fails so. */
export async function assertFails(
  { status, message }: Failure,
  sh: Run,
  run: (sh: Run) => Promise<RunResult>,
): Promise<void> {
  const { stderr } = await run(sh({ status }))
  assert.match(stderr, message)
}
