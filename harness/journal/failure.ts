/** What the journal was expected to have and has not; test runners show it as an assertion's failure. */
export class ExpectationError extends Error {
  readonly code = 'ERR_ASSERTION'
  readonly generatedMessage = false
  readonly operator: string
  readonly actual: unknown
  readonly expected: unknown

  /** @param below The function that somebody has called: the stack begins where they did. */
  constructor(message: string, { operator, actual, expected, below }: FailedExpectation) {
    super(message)
    this.name = 'AssertionError'
    this.operator = operator
    this.actual = actual
    this.expected = expected
    // oxlint-disable-next-line typescript/unbound-method -- it is only looked for in the stack
    Error.captureStackTrace(this, below)
  }
}

export interface FailedExpectation {
  readonly operator: string
  readonly actual: unknown
  readonly expected: unknown
  readonly below: (...args: never[]) => unknown
}
