/** JSON as Go's `encoding/json` writes it: on one line, and with what HTML or JavaScript could mistake escaped. */
export const goJson = (value: unknown): string =>
  // These characters stand in strings only: nothing else of JSON has them.
  JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** A map as Go writes it: its keys in the order of their UTF-8 bytes. */
export const goMap = <T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries(map).toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
  )
