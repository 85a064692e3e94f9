import { nearest } from '../../protocol/nearest.js'
import { isFieldName, ociFieldNames } from './fields.js'

/** What there is to say about one field. */
export interface FieldAdvice {
  readonly name: string
  readonly message: string
}

/**
 * What is most likely misspelt among names that are no known fields. Real files have dozens of fields that are not
 * known here, so only what is close to a field about OCI, or a known name in small letters, is worth a word.
 */
export function* strangers(object: Readonly<Record<string, unknown>>): Generator<FieldAdvice> {
  for (const name of Object.keys(object)) {
    if (isFieldName(name)) continue
    const upper = name.toUpperCase()
    if (name === upper) {
      const close = nearest(name, ociFieldNames)
      if (close !== undefined && !Object.hasOwn(object, close)) {
        yield { name, message: `${name} is not a field of Quay: did you mean ${close}?` }
      }
    } else if (isFieldName(upper)) {
      yield { name, message: `${name} is ignored: Quay reads fields in upper case only, ${upper}` }
    }
  }
}
