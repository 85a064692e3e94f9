/** A place in a config.yaml, both counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What is wrong in a config.yaml, and where: nothing is started with it. */
export class ConfigError extends Error {
  readonly line: number | undefined
  readonly column: number | undefined

  /** @param position Where; its line and column lead the message. Left out for a config that came as an object. */
  constructor(message: string, position?: Position) {
    super(position === undefined ? message : `line ${position.line}, column ${position.column}: ${message}`)
    this.name = 'ConfigError'
    this.line = position?.line
    this.column = position?.column
  }
}

/** What works, but most likely not as it was meant; the line is missing for a config that came as an object. */
export interface ConfigWarning {
  readonly message: string
  readonly line?: number | undefined
}
