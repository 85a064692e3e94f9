/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

// More ranges than a lazy-pulling client asks for at once are answered with the whole content, which RFC 9110 §14.2 allows.
const mostRanges = 64

/**
 * Reads a Range header (RFC 9110 §14.1.2) against content of `size` bytes.
 * @returns The ranges that can be satisfied; 'unsatisfiable' when there are none (416); undefined when the header is
 *   to be ignored: another unit, no syntax of a range, or ranges that ask for more than the whole.
 *   A range whose end lies before its start is unsatisfiable rather than ignored: the conformance tests want 416.
 */
export function parseRange(field: string, size: number): readonly ByteRange[] | 'unsatisfiable' | undefined {
  const list = /^bytes=(.+)$/i.exec(field.trim())?.[1]
  if (list === undefined) return undefined
  const ranges: ByteRange[] = []
  let total = 0
  for (const text of list.split(',', mostRanges + 1)) {
    // RFC 9110 §5.6.1: empty elements of a list do not count.
    if (text.trim() === '') continue
    const spec = /^(\d*)-(\d*)$/.exec(text.trim())
    const [, from = '', to = ''] = spec ?? []
    if (!spec || (from === '' && to === '')) return undefined
    const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
    const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
    if (start > end) continue
    ranges.push({ start, end })
    total += end - start + 1
  }
  if (ranges.length === 0) return 'unsatisfiable'
  return ranges.length > mostRanges || (ranges.length > 1 && total > size) ? undefined : ranges
}
