/** A chart that is none, or one that is not read: larger than it may be, or with something in it that leads elsewhere. */
export class ChartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ChartError'
  }
}
