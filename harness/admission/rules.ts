import { isRepositoryPattern, matcher } from '../../src/access/permissions.js'
import { pemText } from '../pem.js'

/** What a rule stands in the way of: pulling an image, or giving it a tag. */
export type AdmissionAction = 'pull' | 'tag'

/** Which images of some repositories are let pass: those with a valid signature. */
export interface AdmissionRule {
  /** The repositories' names; `*` stands for any text, slashes too. */
  readonly repositories: string
  /** Public keys, as PEM text or the path of a file with it: a signature by one of them is enough. */
  readonly keys: readonly string[]
  /** @default 'pull' */
  readonly actions?: AdmissionAction | readonly AdmissionAction[] | undefined
  /** Verify by the rules of podman's containers/image, and not by what the real cosign accepts. @default false */
  readonly strict?: boolean | undefined
  /** Usernames that the rule does not stand in the way of: cosign pulls what it is to sign. @default nobody's */
  readonly signers?: readonly string[] | undefined
}

/** A rule with its defaults, ready to be asked. */
export interface ReadRule {
  readonly pattern: string
  readonly matches: (repository: string) => boolean
  /** PEM text. */
  readonly keys: readonly string[]
  readonly actions: ReadonlySet<AdmissionAction>
  readonly strict: boolean
  readonly signers: ReadonlySet<string>
}

/** Reads a rule. @throws Error for a file of keys that cannot be read. */
export function readRule({
  repositories,
  keys,
  actions = 'pull',
  strict = false,
  signers = [],
}: AdmissionRule): ReadRule {
  return {
    pattern: repositories,
    matches: matcher(repositories),
    keys: keys.map((key) => pemText('key', key)),
    actions: new Set([actions].flat()),
    strict,
    signers: new Set(signers),
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** Whether a value, from plain JavaScript perhaps, is a list of rules. */
export const areRules = (value: unknown): boolean => Array.isArray(value) && value.every(isRule)

function isRule(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { repositories, keys, actions = 'pull', strict = false, signers = [], ...others } = value as AdmissionRule
  return (
    Object.keys(others).length === 0 &&
    typeof repositories === 'string' &&
    isRepositoryPattern(repositories) &&
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.every(isText) &&
    [actions].flat().every((action) => action === 'pull' || action === 'tag') &&
    [actions].flat().length > 0 &&
    typeof strict === 'boolean' &&
    Array.isArray(signers) &&
    signers.every(isText)
  )
}
