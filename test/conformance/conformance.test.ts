import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRegistry, type StartOptions } from 'start-registry'
import t from 'tap'
import { casesIn, countsIn, runConformance } from '../support/conformance.js'
import { folderFor, storages } from '../support/registries.js'

// The official conformance tool of distribution-spec, over each storage and scheme, twice: as the released spec has it
// on a registry that refuses manifests whose parts are missing, and with all that the next version adds on one that
// takes them.

const account = { username: 'conformance', password: 'its password' }

const schemes: Readonly<Record<string, Pick<StartOptions, 'tls' | 'accounts' | 'auth'>>> = {
  http: {},
  'https with tokens': { tls: true, accounts: [account] },
  'https with basic login': { tls: true, accounts: [account], auth: 'basic' },
}

interface Version {
  readonly name: string
  readonly sparse: boolean
  /** Tests that are off by their defaults in this version. */
  readonly disabled: number
  readonly env: Readonly<Record<string, string>>
}

const versions: readonly Version[] = [
  { name: 'stable', sparse: false, disabled: 2, env: { OCI_VERSION: 'stable' } },
  {
    name: 'dev',
    sparse: true,
    disabled: 0,
    env: {
      OCI_VERSION: 'dev',
      OCI_DATA_SPARSE: 'true',
      OCI_API_BLOBS_UPLOAD_CANCEL: 'true',
      OCI_API_MANIFESTS_TAG_PARAM: 'true',
      OCI_API_BLOBS_DIGEST_HEADER: 'true',
      OCI_API_MANIFESTS_DIGEST_HEADER: 'true',
    },
  },
]

for (const [scheme, options] of Object.entries(schemes)) {
  for (const version of versions) {
    for (const [name, storage] of storages(t)) {
      void t.test(`${version.name} over ${scheme}, ${name}`, async (t) => {
        await using registry = await startRegistry({ ...options, storage, sparse: version.sparse })
        const results = folderFor(t)
        const { env } = version
        const login = registry.caFile === undefined ? undefined : account
        const status = await runConformance(registry, { env, account: login, results })
        const configured = new RegExp(`^ {2}version: ${version.name}$`, 'm')
        t.ok(configured.test(readFileSync(join(results, 'results.yaml'), 'utf8')), 'results.yaml is of this version')
        const junit = readFileSync(join(results, 'junit.xml'), 'utf8')
        t.same(failures(junit), [], 'no test failed')
        const { tests, disabled, ...others } = countsIn(junit)
        t.same(others, { failures: 0, errors: 0, skipped: 0 })
        t.ok(tests > 800, `${tests} tests`)
        t.ok(disabled <= version.disabled, `${disabled} disabled`)
        t.equal(status, 0)
      })
    }
  }
}

/** The names of a report's tests that failed. */
const failures = (junit: string): string[] =>
  casesIn(junit).flatMap(({ name, status }) =>
    status === 'failure' || status === 'error' ? [`${status}: ${name}`] : [],
  )
