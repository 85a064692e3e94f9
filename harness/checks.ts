import { suggestion } from '../src/protocol/nearest.js'

/** Whether a value is what an option may be. */
export type Check = (value: unknown) => boolean

/** For each option, whether a value is one of it, and in words what it may be. */
export type Checks<Options> = Readonly<Record<keyof Options & string, readonly [check: Check, expected: string]>>

/**
 * Checks options that may come from plain JavaScript.
 * @param of What they are the options of, for messages: ` of image(…)`.
 * @throws TypeError that names the option and what it may be.
 */
export function checkMembers<Options extends object>(options: Options, checks: Checks<Options>, of = ''): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(`start-registry: unknown option ${name}${of}${suggestion(name, Object.keys(checks))}`)
    }
    const [check, expected] = checks[name as keyof typeof checks]
    if (value !== undefined && !check(value)) throw new TypeError(`start-registry: ${name}${of} must be ${expected}`)
  }
}

export const isBoolean: Check = (value) => typeof value === 'boolean'
export const isText: Check = (value) => typeof value === 'string' && value !== ''
export const isTexts: Check = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string')
export const isObject: Check = (value) => typeof value === 'object' && value !== null

/** An object that holds text alone. */
export const isTextMap: Check = (value) =>
  isObject(value) && !Array.isArray(value) && Object.values(value as object).every((one) => typeof one === 'string')

export const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value)
