import type { Random } from './random.js'

// What formats give a meaning to: ends of ranges, DER's lengths and tags, JSON's and PEM's characters.
const telling = Buffer.from([
  0, 1, 2, 0x03, 0x04, 0x06, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa0, 0xfe, 0xff,
])
const letters = Buffer.from('"\\{}[]:,-+.eEnu019 \n\r\t=/_\u00e9')

/** The bytes with one to four things changed: bytes altered, added, taken away, repeated, moved, cut off. */
export function mutate(random: Random, bytes: Uint8Array): Buffer {
  let changed: Buffer = Buffer.from(bytes)
  for (let left = 1 + random.below(4); left > 0; left -= 1) changed = random.pick(changes)(random, changed)
  return changed
}

type Change = (random: Random, bytes: Buffer) => Buffer

const joined = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts)

const changes: readonly Change[] = [
  (random, bytes) => replaced(random, bytes, (old) => old ^ (1 << random.below(8))),
  (random, bytes) => replaced(random, bytes, () => random.below(256)),
  (random, bytes) => replaced(random, bytes, () => random.pick([...telling])),
  (random, bytes) => replaced(random, bytes, () => random.pick([...letters])),
  (random, bytes) => replaced(random, bytes, (old) => old + random.pick([1, -1])),
  (random, bytes) => {
    const at = random.below(bytes.length + 1)
    return joined(bytes.subarray(0, at), random.bytes(1 + random.below(4)), bytes.subarray(at))
  },
  (random, bytes) => {
    const [start, end] = range(random, bytes)
    return joined(bytes.subarray(0, start), bytes.subarray(end))
  },
  (random, bytes) => {
    const [start, end] = range(random, bytes)
    return joined(bytes.subarray(0, end), bytes.subarray(start))
  },
  (random, bytes) => {
    const [start, end] = range(random, bytes)
    const at = random.below(bytes.length + 1)
    return joined(bytes.subarray(0, at), bytes.subarray(start, end), bytes.subarray(at))
  },
  (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1)),
]

function replaced(random: Random, bytes: Buffer, by: (old: number) => number): Buffer {
  const at = random.below(bytes.length)
  const old = bytes[at]
  if (old !== undefined) bytes[at] = by(old)
  return bytes
}

// Most are short, so that a change is not lost in the noise.
function range(random: Random, bytes: Buffer): [start: number, end: number] {
  const start = random.below(bytes.length + 1)
  return [start, Math.min(bytes.length, start + random.below(random.pick([2, 8, 64, bytes.length + 1])))]
}
