/** A value, or a promise of it: the memory store answers at once, others need not. */
export type Awaitable<T> = T | Promise<T>

/** Goes on with a value at once when it is there: `await` would cost a small request a tenth of its time. */
export function whenReady<T, U>(value: Awaitable<T>, use: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(use) : use(value)
}
