import { FormatError } from '../formats/format-error.js'
import { CosignError, type Code } from './verdict.js'

/**
 * What `read` answers; input that its format does not allow becomes a check that failed, with this code.
 * @throws CosignError; and whatever else `read` throws, as it is.
 */
export function reading<T>(code: Code, what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormatError) throw new CosignError(code, `${what} cannot be read: ${error.message}`)
    throw error
  }
}
