import type { Call } from '../../../src/protocol/call.js'

/**
 * Puts something else in place of a request's body, for those who read it. Whether it is the call's turn is found out when
 * somebody does: what is refused unread has no body that something could be done to.
 * @param least How many bytes the body must have, as far as it says.
 */
export function replaceBody(
  call: Call,
  least: number,
  take: () => boolean,
  replace: (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): void {
  const { 'content-length': length, 'transfer-encoding': coding } = call.headers
  if (coding === undefined && Number(length ?? 0) < least) return
  const source = call.body
  call.body = {
    [Symbol.asyncIterator]: () => (take() ? replace(source) : source)[Symbol.asyncIterator](),
  }
}
