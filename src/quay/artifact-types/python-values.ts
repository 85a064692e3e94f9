/** A value as Python's json module reads it: a bigint is an int, a number a float, and a Map a dict. */
export type PythonValue =
  null | boolean | bigint | number | string | readonly PythonValue[] | PythonDict | ReadonlyMap<string, PythonValue>

/** A dict that this room writes itself, in the order of its keys. */
export interface PythonDict {
  readonly [key: string]: PythonValue | undefined
}

/** Whether a value is a list. */
export const isList = (value: PythonValue): value is readonly PythonValue[] => Array.isArray(value)

/** Whether a value is a dict. */
export const isDict = (value: PythonValue): value is PythonDict | ReadonlyMap<string, PythonValue> =>
  typeof value === 'object' && value !== null && !isList(value)

/** A dict's pairs, in the order in which they were put in. */
export const pairsOf = (dict: PythonDict | ReadonlyMap<string, PythonValue>): [string, PythonValue][] =>
  dict instanceof Map
    ? [...(dict as ReadonlyMap<string, PythonValue>)]
    : Object.entries(dict as PythonDict).filter((pair): pair is [string, PythonValue] => pair[1] !== undefined)

/** A dict's value under a key, or undefined. */
export function valueAt(value: PythonValue | undefined, key: string): PythonValue | undefined {
  if (value instanceof Map) return (value as ReadonlyMap<string, PythonValue>).get(key)
  return value !== undefined && isDict(value) && Object.hasOwn(value, key) ? (value as PythonDict)[key] : undefined
}

/** How many characters Python counts: code points. */
export function lengthOf(text: string): number {
  let length = text.length
  for (let at = 0; at < text.length - 1; at++) {
    if (/[\uD800-\uDBFF]/.test(text[at] as string) && /[\uDC00-\uDFFF]/.test(text[at + 1] as string)) length--
  }
  return length
}
