/** What tells descriptions apart. It is a symbol, so that a file of a layer may have any name. */
export const kind: unique symbol = Symbol.for('start-registry.seed')

/** Whether a value is a description of one of these kinds. */
export const isOfKind = (value: unknown, ...kinds: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && kind in value && kinds.includes(String(value[kind]))
