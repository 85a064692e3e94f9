/**
 * Says what went wrong: on stderr, or with `json` as an object on stdout.
 * @param about What else the object has to say.
 */
export function sayError(error: unknown, json: boolean, about: Readonly<Record<string, string>> = {}): void {
  const message = error instanceof Error ? error.message : String(error)
  if (json) process.stdout.write(`${JSON.stringify({ event: 'error', ...about, message })}\n`)
  else process.stderr.write(`${message.startsWith('start-registry: ') ? '' : 'start-registry: '}${message}\n`)
}
