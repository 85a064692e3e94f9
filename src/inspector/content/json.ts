/** What somebody pushed as JSON: nothing in it can be relied on. */
export type Json = Readonly<Record<string, unknown>>

/** A JSON object, from text or from a value; undefined for anything else. */
export function readObject(given: unknown): Json | undefined {
  let value = given
  if (Buffer.isBuffer(given) || typeof given === 'string') {
    try {
      value = JSON.parse(given.toString())
    } catch {
      // Whatever was pushed is shown as it is: here, as text.
      return undefined
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

/** Text, or undefined for a value that is none or is empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** The texts of an array; of anything else none. */
export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

/** The objects of an array; of anything else none. */
export const objectsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value)
    ? value.flatMap((one): readonly Json[] => {
        const object = readObject(one)
        return object ? [object] : []
      })
    : []

/** Names and texts of an object, in its order; what is no text is written as JSON. */
export const pairsOf = (value: unknown): readonly (readonly [name: string, text: string])[] =>
  Object.entries(readObject(value) ?? {}).map(([name, one]) => [
    name,
    typeof one === 'string' ? one : JSON.stringify(one),
  ])

/** A size in bytes; 0 for what is none. */
export const sizeOf = (value: unknown): number =>
  Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0
