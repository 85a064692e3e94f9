import type { ArtifactTypes } from '../artifact-types/default-tables.js'
import type { FieldValues } from './fields/field.js'
import { parseDuration, parseSize, type Duration } from './quantities.js'

/** A value that a field cannot have: what it must be, what it is, and where in the field's value. */
export class UnfitValue extends Error {
  readonly path: readonly (string | number)[]

  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message)
    this.path = path
  }
}

/** Converts a raw value, or throws UnfitValue; `warn` takes what Quay reads in another way than it looks. */
export type Converter<Type extends keyof FieldValues> = (
  raw: unknown,
  name: string,
  warn: (message: string) => void,
) => FieldValues[Type]

/** How a raw value of config.yaml becomes a value, for each type of field. */
export const converters: { readonly [Type in keyof FieldValues]: Converter<Type> } = {
  boolean: toBoolean,
  text: (raw) => (typeof raw === 'string' ? raw : unfit('text', raw)),
  integer: (raw) => (Number.isSafeInteger(raw) ? (raw as number) : unfit('a whole number', raw)),
  texts: (raw) => toTexts(raw, 'a list of texts'),
  scheme: (raw) => (raw === 'http' || raw === 'https' ? raw : unfit('http or https', raw)),
  state: (raw) => (raw === 'normal' || raw === 'readonly' ? raw : unfit('normal or readonly', raw)),
  size: (raw) => parseSize(String(raw)) ?? unfit('a size such as 20G', raw),
  duration: (raw) => toDuration(raw),
  durations: (raw) =>
    Array.isArray(raw)
      ? raw.map((entry, index) => toDuration(entry, [index]))
      : unfit('a list of durations such as 2w', raw),
  artifactTypes: toArtifactTypes,
  mapping: (raw) => (isMapping(raw) ? raw : unfit('a mapping', raw)),
}

// quay/quay features/__init__.py: of a flag that is a text only "true" counts. Elsewhere Python's truth holds.
function toBoolean(raw: unknown, name: string, warn: (message: string) => void): boolean {
  if (typeof raw === 'boolean') return raw
  if (typeof raw === 'number') {
    warn(`${name} is the number ${raw}: Quay takes it as ${raw !== 0}; write true or false`)
    return raw !== 0
  }
  if (typeof raw !== 'string') return unfit('true or false', raw)
  if (name.startsWith('FEATURE_')) {
    const value = raw.toLowerCase() === 'true'
    if (!value) warn(`${name} is ${describe(raw)}: of texts Quay takes only "true" as true, so this is false`)
    return value
  }
  warn(
    `${name} is ${describe(raw)}: Quay takes ${raw === '' ? 'an empty text as false' : 'any text as true'}; write true or false without quotes`,
  )
  return raw !== ''
}

function toDuration(raw: unknown, path: readonly (string | number)[] = []): Duration {
  const duration = typeof raw === 'string' ? parseDuration(raw) : undefined
  return duration ?? unfit('a duration such as 2w: a number and one of s, m, h, d, w, y', raw, path)
}

function toTexts(raw: unknown, expected: string, path: readonly (string | number)[] = []): readonly string[] {
  if (!Array.isArray(raw)) return unfit(expected, raw, path)
  for (const [index, entry] of raw.entries()) {
    if (typeof entry === 'string') continue
    throw new UnfitValue(`must be ${expected}, but has ${describe(entry)} in it`, [...path, index])
  }
  return raw as readonly string[]
}

// quay/quay app.py walks through the table when it starts, and comes to grief on what is not there.
function toArtifactTypes(raw: unknown): ArtifactTypes {
  if (raw === null || raw === undefined) {
    throw new UnfitValue(
      'is empty, and real Quay crashes on that when it starts: list config types with their layer types, ' +
        'write {} for none, or leave the field out',
    )
  }
  if (!isMapping(raw)) return unfit('a mapping of config media types to lists of layer media types', raw)
  for (const [config, layers] of Object.entries(raw)) {
    if (layers === null || layers === undefined) {
      throw new UnfitValue(
        `has no layer types for ${config}, and real Quay crashes on that when it starts: list them, or write []`,
        [config],
      )
    }
    toTexts(layers, `a list of layer media types for ${config}`, [config])
  }
  return raw as ArtifactTypes
}

const isMapping = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

function unfit(expected: string, raw: unknown, path: readonly (string | number)[] = []): never {
  throw new UnfitValue(`must be ${expected}, not ${describe(raw)}`, path)
}

function describe(raw: unknown): string {
  if (raw === null || raw === undefined) return 'nothing'
  if (Array.isArray(raw)) return 'a list'
  if (typeof raw === 'string') return `the text ${JSON.stringify(raw.length > 60 ? `${raw.slice(0, 60)}…` : raw)}`
  if (typeof raw === 'object') return raw instanceof Date ? 'a date' : 'a mapping'
  return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : `a ${typeof raw}`
}
