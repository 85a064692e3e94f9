import type { Registry } from 'start-registry'
import { runCommand } from '../../harness/run.js'
import { needBinary } from '../../vendor-binaries/find.js'

export interface ConformanceRun {
  /** What the tool is told beside where the registry is. */
  readonly env: Readonly<Record<string, string>>
  /** Who it logs in as. */
  readonly account?: { readonly username: string; readonly password: string } | undefined
  /** The folder of its report. */
  readonly results: string
}

/** Runs the official conformance tool and answers its status: 0 too when it could not do anything. */
export async function runConformance(registry: Registry, { env, account, results }: ConformanceRun): Promise<number> {
  const { path } = await needBinary('conformance')
  const { status } = await runCommand([path], {
    status: 'any',
    env: {
      ...registry.env(),
      ...env,
      OCI_REGISTRY: registry.host,
      OCI_TLS: registry.caFile === undefined ? 'disabled' : 'enabled',
      OCI_RESULTS_DIR: results,
      OCI_REPO1: 'conformance/one',
      OCI_REPO2: 'conformance/two',
      ...(account && { OCI_USERNAME: account.username, OCI_PASSWORD: account.password }),
    },
    hide: account ? [account.password] : [],
  })
  return status
}

/** A report's cases. */
export function casesIn(junit: string): { readonly name: string; readonly status: string }[] {
  const cases = junit.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"[^>]* status="([^"]*)"/g)
  return Array.from(cases, ([, name = '', , status = '']) => ({ name, status }))
}

export type Counts = Readonly<Record<'tests' | 'failures' | 'errors' | 'disabled' | 'skipped', number>>

/** The counts of a report's one suite; the tool leaves out some that are 0. */
export function countsIn(junit: string): Counts {
  const [suite = ''] = /<testsuite [^>]*>/.exec(junit) ?? []
  const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0)
  return {
    tests: count('tests'),
    failures: count('failures'),
    errors: count('errors'),
    disabled: count('disabled'),
    skipped: count('skipped'),
  }
}
