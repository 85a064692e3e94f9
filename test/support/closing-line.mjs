import { Transform } from 'node:stream'

/**
 * tap's reporter: the TAP stream as it is, and a last line 'N passed, N failed' made from tap's own summary,
 * so that a run always ends in the same words wherever it is read.
 */
export default class ClosingLine extends Transform {
  #tail = ''
  #passed = 0
  #failed = 0

  _transform(chunk, _encoding, done) {
    this.#tail += chunk
    const lines = this.#tail.split('\n')
    this.#tail = lines.pop() ?? ''
    for (const line of lines) this.#read(line)
    done(null, chunk)
  }

  _flush(done) {
    this.#read(this.#tail)
    done(null, `${this.#passed} passed, ${this.#failed} failed\n`)
  }

  // tap's summary is an unindented comment, with the keys that are zero left out.
  #read(line) {
    if (!line.startsWith('# { total:')) return
    this.#passed = Number(/ pass: (\d+)/.exec(line)?.[1] ?? 0)
    this.#failed = Number(/ fail: (\d+)/.exec(line)?.[1] ?? 0)
  }
}
