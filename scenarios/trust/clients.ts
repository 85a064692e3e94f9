import type { Registry } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import type { Failure } from '../failure.js'
import { alice } from '../people.js'

/** A client that is to trust a CA. */
export interface TrustClient {
  readonly id: string
  /** Does something with the registry that it reaches as `host`, with flags behind the command's name. */
  readonly use: (sh: Run, host: string, flags: readonly string[]) => Promise<RunResult>
  /** What it says when it does not trust the certificate. */
  readonly stranger: Failure
  /** The flags by which it trusts a CA; undefined when there are none. */
  readonly flags?: (registry: Registry) => readonly string[]
  /** Changes its settings so that it trusts the CA in ca.pem, and back; for a client that has these in place of a flag. */
  readonly setting?: { readonly on: Step; readonly off: Step }
  /** What there is to know about the flag. */
  readonly note?: string
  /** The variable that has the path of a CA. */
  readonly variable: 'SSL_CERT_FILE' | 'CURL_CA_BUNDLE'
}

type Step = (sh: Run, host: string) => Promise<RunResult>

const go = { variable: 'SSL_CERT_FILE' } as const
const unknown = 'x509: certificate signed by unknown authority'

const containers = (status: number): Pick<TrustClient, 'variable' | 'stranger'> => ({
  ...go,
  // Debian's are built with an older Go, which does not say that verifying failed.
  stranger: { status, message: new RegExp(`pinging container registry .*: ${unknown}`) },
})

const refused: Failure = { status: 1, message: new RegExp(`tls: failed to verify certificate: ${unknown}`) }

const helm = (id: string): TrustClient => ({
  ...go,
  id,
  use: (sh, host, flags) => sh`helm push ${flags} web-0.1.0.tgz oci://${host}/charts`,
  stranger: refused,
  ...(id !== 'helm@3.8.2' && { flags: ({ flags }) => flags.helm }),
})

const cosign = (id: string): TrustClient => ({
  ...go,
  id,
  use: (sh, host, flags) => sh`cosign upload blob ${flags} -f notes.txt ${host}/team/cosign:1.0`,
  stranger: refused,
  ...(id !== 'cosign@1.0.0' && { flags: ({ flags }) => flags.cosign }),
})

/** The clients, in sets of one version each. */
export const sets: readonly (readonly TrustClient[])[] = [
  [
    {
      id: 'curl',
      use: (sh, host, flags) =>
        sh`curl --silent --show-error --fail ${flags} --user ${alice.username}:${alice.password} https://${host}/v2/`,
      stranger: {
        status: 60,
        message: /^curl: \(60\) SSL certificate problem: unable to get local issuer certificate$/m,
      },
      flags: ({ flags }) => flags.curl,
      variable: 'CURL_CA_BUNDLE',
    },
    {
      ...containers(125),
      id: 'podman',
      use: (sh, host, flags) => sh`podman pull --quiet ${flags} ${host}/team/app:1.0`,
      flags: ({ flags }) => flags.podman,
    },
    {
      ...containers(1),
      id: 'skopeo',
      use: (sh, host, flags) => sh`skopeo list-tags ${flags} docker://${host}/team/app`,
      flags: ({ flags }) => flags.skopeo,
    },
    {
      ...containers(125),
      id: 'buildah',
      use: (sh, host, flags) => sh`buildah pull --quiet --policy always ${flags} ${host}/team/app:1.0`,
      flags: ({ flags }) => flags.buildah,
    },
    helm('helm@3.8.2'),
    cosign('cosign@1.0.0'),
    {
      ...go,
      id: 'crane',
      use: (sh, host, flags) => sh`crane pull ${flags} ${host}/team/app:1.0 app.tar`,
      stranger: refused,
      flags: ({ flags }) => flags.crane,
      note: 'Its flag --insecure has it check no certificate.',
    },
    {
      ...go,
      id: 'oras',
      use: (sh, host, flags) => sh`oras push --no-tty ${flags} ${host}/team/oras:1.0 notes.txt`,
      stranger: refused,
      flags: ({ flags }) => flags.oras,
    },
    {
      ...go,
      id: 'regctl',
      use: (sh, host) => sh`regctl tag ls ${host}/team/app`,
      stranger: refused,
      setting: {
        on: (sh, host) => sh`sh -c ${`regctl registry set ${host} --cacert "$(cat ca.pem)"`}`,
        off: (sh, host) => sh`regctl registry set --skip-check ${host} --cacert ${''}`,
      },
      note: 'By a setting of the registry, regctl registry set --cacert.',
    },
  ],
  [helm('helm@3.22.0'), cosign('cosign@2.6.5')],
  [helm('helm@4.3.1'), cosign('cosign@3.1.3')],
]
