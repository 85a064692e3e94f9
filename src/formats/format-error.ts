/** Input that is not what its format allows; `offset` counts bytes from the input's beginning. */
export class FormatError extends SyntaxError {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(`${message}, at byte ${offset}`)
    this.name = 'FormatError'
    this.offset = offset
  }
}
