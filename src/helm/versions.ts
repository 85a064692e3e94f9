/** A semantic version, as Helm reads it: `v1`, `1.2` and `1.2.3-rc.1+build` alike. */
export interface Version {
  /** Major, minor and patch. */
  readonly numbers: readonly [bigint, bigint, bigint]
  readonly prerelease: readonly string[]
  /** As it was written. */
  readonly text: string
}

const pattern =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?$/
const largest = 2n ** 64n

/**
 * Reads a version by the rules of Helm's library for them (Masterminds/semver 3, `NewVersion`): what is missing of the
 * three numbers is 0, and a number of a prerelease begins with no 0. Undefined for what is none.
 */
export function parseVersion(text: string): Version | undefined {
  const [match, major = '', minor = '0', patch = '0', prerelease] = text.length > 256 ? [] : (pattern.exec(text) ?? [])
  if (match === undefined) return undefined
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const
  const parts = prerelease?.split('.') ?? []
  if (numbers.some((number) => number >= largest) || parts.some((part) => /^0\d+$/.test(part))) return undefined
  return { numbers: [numbers[0], numbers[1], numbers[2]], prerelease: parts, text }
}

/**
 * Compares versions by precedence (semver.org 2.0.0 "11"); those that differ in their build alone, which have none, by
 * their text, so that an order is always the same. Below 0 when the first one is older.
 */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] as bigint
    if (number !== other) return number < other ? -1 : 1
  }
  return comparePrereleases(a.prerelease, b.prerelease) || compareTexts(a.text, b.text)
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length && (a.length === 0 ? 1 : -1)
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [one, other] = [a[index], b[index]]
    if (one === undefined) return -1
    if (other === undefined) return 1
    const order = compareIdentifiers(one, other)
    if (order !== 0) return order
  }
  return 0
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumber, otherIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumber !== otherIsNumber) return isNumber ? -1 : 1
  return isNumber && a.length !== b.length ? a.length - b.length : compareTexts(a, b)
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
