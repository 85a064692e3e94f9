import type { Run } from '../../harness/run.js'
import { alice } from '../people.js'
import type { Helm } from '../helm-oci/helm.js'

/** A helm, and how it gets to classic repositories. */
export interface Repositories extends Helm {
  /** The URL of an organization's repository, as people type it. */
  readonly url: (organization: string) => string
  /** Flags of `helm repo add`. */
  readonly repoFlags: readonly string[]
  /** The same with a password behind `--password-stdin`. */
  readonly typed: Run
}

/** Adds to a helm what classic repositories need: the CA by flag in all versions, and the login too. */
export function repositories(helm: Helm): Repositories {
  const { registry, account, host, sh } = helm
  const scheme = registry.caFile === undefined ? 'http' : 'https'
  const trust = registry.caFile === undefined ? [] : ['--ca-file', registry.caFile]
  const login = account === undefined ? [] : ['--username', account.username, '--password-stdin']
  return {
    ...helm,
    url: (organization) => `${scheme}://${host}/charts/${organization}`,
    repoFlags: [...trust, ...login],
    typed: account === undefined ? sh : sh({ input: alice.password }),
  }
}
