import type { Directory } from './directory.js'
import type { Policy } from './state.js'

/** What a policy is for: a namespace, or one repository of it. */
export interface PolicyTarget {
  readonly kind: Policy['kind']
  readonly namespace: string
  readonly repository: string | null
}

const keyOf = ({ namespace, kind, uuid }: Policy): string => `${namespace}/${kind}/${uuid}`

/** Policies for exactly this namespace or repository. */
export const policiesFor = (directory: Directory, { kind, namespace, repository }: PolicyTarget): readonly Policy[] =>
  Array.from(directory.table('policies').startingWith(`${namespace}/${kind}/`), ([, policy]) => policy).filter(
    (policy) => policy.repository === repository,
  )

/** Adds a policy. */
export function addPolicy(directory: Directory, target: PolicyTarget, rule: Policy['rule']): Policy {
  const policy: Policy = { ...target, uuid: directory.uuid(), rule }
  directory.put('policies', keyOf(policy), policy)
  return policy
}

/** Puts another rule in place of a policy's. */
export const changePolicy = (directory: Directory, changed: Policy, rule: Policy['rule']): void =>
  directory.put('policies', keyOf(changed), { ...changed, rule })

/** Takes a policy away. */
export const dropPolicy = (directory: Directory, dropped: Policy): void => directory.drop('policies', keyOf(dropped))

/** Takes all policies of a namespace away. */
export function deletePoliciesOf(directory: Directory, namespace: string): void {
  for (const [key] of directory.table('policies').startingWith(`${namespace}/`)) directory.drop('policies', key)
}
