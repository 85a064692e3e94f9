/**
 * The body of an error of Quay's registry API: one error, its keys in order, without white space, in ASCII, and a
 * newline (quay/quay endpoints/v2/errors.py, as Flask writes it).
 * @param detail `{}` when there is none.
 */
export function errorBody(code: string, message: string, detail: unknown = {}): string {
  const text = JSON.stringify({ errors: [{ code, detail, message }] })
  const ascii = text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `${ascii}\n`
}
