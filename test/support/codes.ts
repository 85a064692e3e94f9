import { CosignError, type Code } from '../../src/cosign/verdict.js'

/** The code of the check that failed; undefined when none did. What is thrown besides is thrown on. */
export function codeOf(check: () => unknown): Code | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof CosignError) return error.code
    throw error
  }
}
