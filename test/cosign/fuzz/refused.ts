import { CosignError } from '../../../src/cosign/verdict.js'

/** What comes of it, or nothing when it is refused as hostile input is to be refused. Whatever else is thrown goes on. */
export function orRefused<T>(
  run: () => T,
  refusal: abstract new (...args: never[]) => Error = CosignError,
): { readonly value: T } | undefined {
  try {
    return { value: run() }
  } catch (error) {
    if (error instanceof refusal) return undefined
    throw error
  }
}
