import { FormatError } from './format-error.js'

/** Takes bytes off a source in pieces of the reader's choice, holding no more than the source's own pieces. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  readonly #most: number
  #piece: Buffer = Buffer.alloc(0)
  #offset = 0
  #ended = false

  /** @param most How many bytes the source may have. */
  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, most: number) {
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
    this.#most = most
  }

  /** How many bytes were taken. */
  get offset(): number {
    return this.#offset
  }

  /** One to `most` bytes, or undefined at the end. @throws FormatError when the source has more than it may have. */
  async some(most: number): Promise<Buffer | undefined> {
    while (this.#piece.length === 0) {
      if (this.#ended) return undefined
      const next = await this.#source.next()
      if (next.done) this.#ended = true
      else this.#piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
    const taken = this.#piece.subarray(0, most)
    this.#piece = this.#piece.subarray(taken.length)
    this.#offset += taken.length
    if (this.#offset > this.#most) throw new FormatError(`there may be ${this.#most} bytes`, this.#offset)
    return taken
  }

  /** Exactly `length` bytes; undefined when there are none left. @throws FormatError when there are fewer. */
  async take(length: number): Promise<Buffer | undefined> {
    if (length === 0) return Buffer.alloc(0)
    const first = await this.some(length)
    if (!first || first.length === length) return first
    const pieces = [first]
    for (let left = length - first.length; left > 0;) {
      const piece = await this.some(left)
      if (!piece) throw new FormatError('the bytes break off', this.#offset)
      pieces.push(piece)
      left -= piece.length
    }
    return Buffer.concat(pieces, length)
  }

  /** Ends the source, if it has not ended. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#source.return?.()
  }
}
