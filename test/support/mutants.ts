/** Numbers below a limit, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Bytes with up to four changes: a bit, a byte, some left out, some there twice, some moved. None is the original. */
export function* mutants(original: Uint8Array, options: { seed: number; count: number }): Generator<Buffer> {
  const random = randomFrom(options.seed)
  for (let made = 0; made < options.count;) {
    let bytes: Buffer = Buffer.from(original)
    for (let changes = 1 + random(4); changes > 0; changes -= 1) bytes = mutate(bytes, random)
    if (bytes.equals(original)) continue
    made += 1
    yield bytes
  }
}

function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  const at = random(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + random(8))
  const [before, piece, after] = [bytes.subarray(0, at), Buffer.from(bytes.subarray(at, to)), bytes.subarray(to)]
  if (piece.length === 0) return Buffer.concat([bytes, Buffer.of(random(256))])
  switch (random(5)) {
    case 0:
      piece[0] = (piece[0] as number) ^ (1 << random(8))
      return Buffer.concat([before, piece, after])
    case 1:
      piece[0] = random(256)
      return Buffer.concat([before, piece, after])
    case 2:
      return Buffer.concat([before, after])
    case 3:
      return Buffer.concat([before, piece, piece, after])
    default:
      return Buffer.concat([before, piece.toReversed(), after])
  }
}
