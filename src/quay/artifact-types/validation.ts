import { pformat, linesOf } from './python-pprint.js'
import { repr } from './python-repr.js'
import { isDict, isList, valueAt, type PythonDict, type PythonValue } from './python-values.js'

/** The keywords of JSON Schema that Quay's manifest schemas use; their order in an object is the order of checks. */
export interface Schema extends PythonDict {
  readonly type: string
  readonly description?: string
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly minimum?: bigint
  readonly maximum?: bigint
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: boolean
  readonly required?: readonly string[]
}

/** The media type pattern of Quay 3.9 and later; searched for, so that text around it does not matter. */
export const mediaTypePattern: string = String.raw`\w+/[-.\w]+(?:\+[-.\w]+)?`

/**
 * Checks a value and answers the text of the error that `jsonschema.validate` of jsonschema 3.2.0 raises (the version
 * that every Quay pins), or undefined. Of several faults that is the one nearest to the root, and of those the first.
 */
export function schemaError(value: PythonValue, schema: Schema): string | undefined {
  let best: Fault | undefined
  for (const fault of faultsOf(value, schema, [], [])) {
    if (best === undefined || fault.path.length < best.path.length) best = fault
    if (best.path.length === 0) break
  }
  return best && describe(best)
}

interface Fault {
  readonly message: string
  readonly keyword: string
  readonly schema: Schema
  /** Where the schema stands in the whole schema. */
  readonly schemaPath: readonly PythonValue[]
  readonly value: PythonValue
  /** Where the value stands in the whole value. */
  readonly path: readonly PythonValue[]
}

function* faultsOf(
  value: PythonValue,
  schema: Schema,
  path: readonly PythonValue[],
  schemaPath: readonly PythonValue[],
): Generator<Fault> {
  for (const keyword of Object.keys(schema)) {
    for (const message of messagesOf(keyword, value, schema)) {
      yield { message, keyword, schema, schemaPath, value, path }
    }
    if (keyword === 'properties' && isDict(value)) {
      for (const [name, inner] of Object.entries(schema.properties ?? {})) {
        const found = valueAt(value, name)
        if (found !== undefined) yield* faultsOf(found, inner, [...path, name], [...schemaPath, 'properties', name])
      }
    }
    if (keyword === 'items' && schema.items !== undefined && isList(value)) {
      for (const [index, entry] of value.entries()) {
        yield* faultsOf(entry, schema.items, [...path, BigInt(index)], [...schemaPath, 'items'])
      }
    }
  }
}

function messagesOf(keyword: string, value: PythonValue, schema: Schema): string[] {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  const { pattern, minimum, maximum } = schema
  switch (keyword) {
    case 'type':
      return hasType(value, schema.type) ? [] : [`${repr(value)} is not of type ${repr(schema.type)}`]
    case 'enum': {
      const known = schema.enum ?? []
      return typeof value === 'string' && known.includes(value) ? [] : [`${repr(value)} is not one of ${repr(known)}`]
    }
    case 'pattern':
      return pattern === undefined || typeof value !== 'string' || matches(value, pattern)
        ? []
        : [`${repr(value)} does not match ${repr(pattern)}`]
    case 'minimum':
      return isNumber && minimum !== undefined && value < minimum
        ? [`${repr(value)} is less than the minimum of ${repr(minimum)}`]
        : []
    case 'maximum':
      return isNumber && maximum !== undefined && value > maximum
        ? [`${repr(value)} is greater than the maximum of ${repr(maximum)}`]
        : []
    case 'required':
      return isDict(value)
        ? (schema.required ?? [])
            .filter((name) => valueAt(value, name) === undefined)
            .map((name) => `${repr(name)} is a required property`)
        : []
    default:
      return []
  }
}

function hasType(value: PythonValue, type: string): boolean {
  switch (type) {
    case 'object':
      return isDict(value)
    case 'array':
      return isList(value)
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint'
    default:
      return typeof value === type
  }
}

// What the pattern comes down to when it may match anywhere; spelled out, it would try every start of a long word.
function matches(value: string, pattern: string): boolean {
  return pattern === mediaTypePattern ? /[\p{L}\p{N}_]\/[-.\p{L}\p{N}_]/u.test(value) : new RegExp(pattern).test(value)
}

function describe({ message, keyword, schema, schemaPath, value, path }: Fault): string {
  return [
    message,
    '',
    `Failed validating ${repr(keyword)} in schema${indexes(schemaPath)}:`,
    indented(pformat(schema)),
    '',
    `On instance${indexes(path)}:`,
    indented(pformat(value)),
  ].join('\n')
}

const indexes = (path: readonly PythonValue[]): string => path.map((step) => `[${repr(step)}]`).join('')

const indented = (text: string): string =>
  linesOf(text)
    .map((line) => `    ${line}`)
    .join('')
