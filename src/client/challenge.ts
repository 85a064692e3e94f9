/** One way to log in that a server offers (RFC 9110 §11.6.1). */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Reads WWW-Authenticate, in which several challenges may stand; what cannot be read ends it. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  const word = /[\s,]*([^\s=,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/gy
  for (const [, name = '', quoted, token] of header.matchAll(word)) {
    const value = quoted === undefined ? token : quoted.replaceAll(/\\(.)/g, '$1')
    // A word without a value begins the next challenge.
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
  }
  return challenges
}
