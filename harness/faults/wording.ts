/** A TypeError about a rule. */
export const wrong = (message: string): TypeError => new TypeError(`start-registry: faults: ${message}`)

/** The name of a member in a text: `retry-after` for `retryAfter`. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Words as a sentence has them: `a, b or c`. */
export const listed = (values: readonly (string | number)[]): string =>
  values.length === 1 ? String(values[0]) : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
