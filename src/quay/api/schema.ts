import { pythonRepr } from './python.js'

export type JsonType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null'

/** What one member of a body may be. */
export interface Field {
  readonly type?: JsonType | readonly JsonType[] | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly minimum?: number | undefined
  readonly maxLength?: number | undefined
  readonly fields?: Schema | undefined
}

/** What a body must be: an object with these members, and any others. */
export interface Schema {
  readonly required?: readonly string[] | undefined
  readonly properties: Readonly<Record<string, Field>>
}

export const text: Field = { type: 'string' }
export const optionalText: Field = { type: ['string', 'null'] }

/** A field that is one of some words. */
export const oneOf = (...words: readonly (string | null)[]): Field => ({ enum: words })

/**
 * What is wrong with a body, in the words of the validator that Quay uses; undefined when nothing is. Quay's answers go
 * on with a print of its schema, which this has not.
 */
export function invalidity(body: unknown, { required = [], properties }: Schema): string | undefined {
  if (!isType(body, 'object')) return `${pythonRepr(body)} is not of type 'object'`
  const members = body as Readonly<Record<string, unknown>>
  const missing = required.find((name) => !Object.hasOwn(members, name))
  if (missing !== undefined) return `${pythonRepr(missing)} is a required property`
  for (const [name, field] of Object.entries(properties)) {
    const wrong = Object.hasOwn(members, name) ? fieldInvalidity(members[name], field) : undefined
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function fieldInvalidity(value: unknown, { type, enum: words, minimum, maxLength, fields }: Field): string | undefined {
  const types = type === undefined ? [] : [type].flat()
  if (types.length > 0 && !types.some((one) => isType(value, one))) {
    return `${pythonRepr(value)} is not of type ${types.map(pythonRepr).join(', ')}`
  }
  if (words && !words.includes(value)) return `${pythonRepr(value)} is not one of ${pythonRepr(words)}`
  if (minimum !== undefined && typeof value === 'number' && value < minimum) {
    return `${value} is less than the minimum of ${minimum}`
  }
  if (maxLength !== undefined && typeof value === 'string' && value.length > maxLength) {
    return `${pythonRepr(value)} is too long`
  }
  return fields && invalidity(value, fields)
}

function isType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
