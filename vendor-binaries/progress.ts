/** Where lines about what is going on go. */
export type Say = (line: string) => void

// Long enough to keep a log short, short enough that nobody takes a build for a hang.
const every = 15_000

/** Tells of one piece of work as it goes on. */
export class Progress {
  readonly #say: Say
  readonly #name: string
  readonly #start = performance.now()
  readonly #timer: NodeJS.Timeout
  #state = ''

  /** Says `doing`, and from then on every fifteen seconds how long it has taken and what `state` was told last. */
  constructor(say: Say, name: string, doing: string) {
    this.#say = say
    this.#name = name
    say(`${name}: ${doing}`)
    this.#timer = setInterval(() => say(`${name}: ${this.elapsed()}${this.#state && `, ${this.#state}`}`), every)
    this.#timer.unref()
  }

  /** Where the work is, for the next line. */
  state(text: string): void {
    this.#state = text
  }

  /** Time since the start, in whole seconds, as a person reads it. */
  elapsed(): string {
    const seconds = Math.round((performance.now() - this.#start) / 1000)
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  }

  /** Ends the lines; `result` becomes the last one, with the time. */
  end(result?: string): void {
    clearInterval(this.#timer)
    if (result !== undefined) this.#say(`${this.#name}: ${result} (${this.elapsed()})`)
  }
}
