import assert from 'node:assert/strict'
import type { Run, RunResult } from '../../harness/run.js'
import type { Failure } from '../failure.js'
import { alice, authOf } from '../people.js'

/** How a registry asks who somebody is. */
export type Auth = 'token' | 'basic'

type Step = (sh: Run, host: string) => Promise<RunResult>
type ByAuth = Readonly<Record<Auth, Failure>>

/** A client's way to log in, and what it says. */
export interface LoginClient {
  readonly id: string
  /** Logs alice in; the password is what it reads. */
  readonly login: Step
  /** What it says when that is done. */
  readonly done: RegExp
  /** Where it keeps the login, as a shell writes it. */
  readonly file: string
  /** What is in the file then; as docker has it, unless it says otherwise. */
  readonly kept?: (host: string, auth: Auth, text: string) => unknown
  /** What it asks a token service at login; undefined when it asks nobody whether the password is right. */
  readonly tokenRequest?: string
  /** What it says of a wrong password: at login, or when the login is used if it has asked nobody before. */
  readonly wrong: ByAuth
  /** Whether it keeps a password that it knows to be wrong. */
  readonly keepsWrong?: boolean
  /** Does something for which alice must be logged in: pull or push. */
  readonly use: Step
  /** What it says when nobody is logged in. */
  readonly nobody: ByAuth
  /** Undefined for a client that cannot. */
  readonly logout?: Step
  /** What is in the file after it. */
  readonly left?: unknown
  /** What it says to somebody who logs out twice; undefined when it takes that. */
  readonly again?: Failure
}

const both = (status: number, message: RegExp): ByAuth => ({ token: { status, message }, basic: { status, message } })

const logInFirst = 'log in first: this registry asks for a username and a password'
const password = 'wrong username or password'

const containers = {
  done: /^Login Succeeded!$/,
  file: 'auth.json',
  tokenRequest: 'GET /v2/auth?account=alice&service=start-registry',
}

const helm = {
  done: /^Login Succeeded$/m,
  file: '~/helm/config/registry/config.json',
  use: (sh, host) => sh`helm pull oci://${host}/charts/web --version 0.1.0`,
  logout: (sh, host) => sh`helm registry logout ${host}`,
} satisfies Partial<LoginClient>

const newHelm = {
  ...helm,
  login: (sh, host) => sh`helm registry login ${host} --username alice --password-stdin`,
  // It tries OAuth2's password form, and the older GET when that is refused.
  tokenRequest: 'POST /v2/auth',
  wrong: both(1, new RegExp(`^Error: authenticating to .*: response status code 401: unauthorized: ${password}$`)),
  nobody: {
    token: { status: 1, message: new RegExp(`^Error: .*: response status code 401: unauthorized: ${logInFirst}$`) },
    basic: { status: 1, message: /^Error: .*: basic credential not found$/ },
  },
} satisfies Partial<LoginClient>

const ggcr = {
  file: '~/.docker/config.json',
} satisfies Partial<LoginClient>

const cosign = {
  ...ggcr,
  login: (sh, host) => sh`cosign login ${host} --username alice --password-stdin`,
  done: /^logged in via .*\/\.docker\/config\.json$/m,
  use: (sh, host) => sh`cosign upload blob --files notes.txt ${host}/team/notes:1.0`,
  wrong: {
    token: { status: 1, message: new RegExp(`^Error: GET .*/v2/auth\\?.*: UNAUTHORIZED: ${password}$`, 'm') },
    basic: { status: 1, message: /^Error: HEAD .*: unexpected status code 401 Unauthorized/m },
  },
  nobody: both(1, /^Error: HEAD .*: unexpected status code 401 Unauthorized/m),
} satisfies Partial<LoginClient>

/** The clients that log in, in the order of the manual pages that one reads. */
export const clients: readonly LoginClient[] = [
  {
    ...containers,
    id: 'podman',
    login: (sh, host) => sh`podman login --authfile auth.json --username alice --password-stdin ${host}`,
    wrong: both(125, /^Error: logging into "[^"]+": invalid username\/password$/),
    use: (sh, host) => sh`podman pull --quiet --authfile auth.json ${host}/team/app:1.0`,
    nobody: both(125, new RegExp(`unauthorized: ${logInFirst}`)),
    logout: (sh, host) => sh`podman logout --authfile auth.json ${host}`,
    again: { status: 125, message: /^Error: not logged into / },
  },
  {
    ...containers,
    id: 'skopeo',
    login: (sh, host) => sh`skopeo login --authfile auth.json --username alice --password-stdin ${host}`,
    wrong: both(1, /level=fatal msg="logging into .*: invalid username\/password"$/),
    use: (sh, host) => sh`skopeo copy --authfile auth.json docker://${host}/team/app:1.0 dir:app`,
    nobody: both(1, new RegExp(`unauthorized: ${logInFirst}`)),
    logout: (sh, host) => sh`skopeo logout --authfile auth.json ${host}`,
    again: { status: 1, message: /level=fatal msg="not logged into / },
  },
  {
    ...containers,
    id: 'buildah',
    login: (sh, host) => sh`buildah login --authfile auth.json --username alice --password-stdin ${host}`,
    wrong: both(125, /^Error: logging into "[^"]+": invalid username\/password$/),
    use: (sh, host) => sh`buildah pull --quiet --policy always --authfile auth.json ${host}/team/app:1.0`,
    nobody: both(125, new RegExp(`unauthorized: ${logInFirst}`)),
    logout: (sh, host) => sh`buildah logout --authfile auth.json ${host}`,
    again: { status: 125, message: /^Error: not logged into / },
  },
  {
    ...helm,
    id: 'helm@3.8.2',
    // To a registry without TLS; it finds that out by itself on this machine's own addresses when it pulls.
    login: (sh, host) => sh`helm registry login ${host} --insecure --username alice --password-stdin`,
    tokenRequest: 'GET /v2/auth?account=alice&client_id=docker&offline_token=true&service=start-registry',
    kept: (host, auth, text) =>
      auth === 'basic' ? dockerConfig(host) : { auths: { [host]: { identitytoken: identityToken(text, host) } } },
    wrong: {
      token: { status: 1, message: new RegExp(`^Error: Get "[^"]+": unauthorized: ${password}$`, 'm') },
      basic: { status: 1, message: /^Error: login attempt to .*\/v2\/ failed with status: 401 Unauthorized$/m },
    },
    nobody: {
      token: {
        status: 1,
        message:
          /^Error: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed$/,
      },
      basic: {
        status: 1,
        message: /^Error: pulling from host .* failed with status code \[manifests 0\.1\.0\]: 401 Unauthorized$/,
      },
    },
    again: { status: 1, message: /^Error: not logged in$/ },
  },
  { ...newHelm, id: 'helm@3.22.0' },
  { ...newHelm, id: 'helm@4.3.1' },
  { ...cosign, id: 'cosign@2.6.5' },
  { ...cosign, id: 'cosign@3.1.3' },
  {
    ...ggcr,
    id: 'crane',
    login: (sh, host) => sh`crane auth login ${host} --username alice --password-stdin`,
    done: /logged in via .*\/\.docker\/config\.json$/m,
    wrong: {
      token: { status: 1, message: new RegExp(`^Error: GET .*/v2/auth\\?.*: UNAUTHORIZED: ${password}$`) },
      basic: { status: 1, message: new RegExp(`^Error: GET .*/manifests/1\\.0: UNAUTHORIZED: ${password}$`) },
    },
    use: (sh, host) => sh`crane pull ${host}/team/app:1.0 app.tar`,
    nobody: both(1, new RegExp(`^Error: GET .*/manifests/1\\.0: UNAUTHORIZED: ${logInFirst}$`)),
    logout: (sh, host) => sh`crane auth logout ${host}`,
  },
  {
    id: 'oras',
    file: '~/.docker/config.json',
    login: (sh, host) => sh`oras login ${host} --username alice --password-stdin`,
    done: /^Login Succeeded$/,
    tokenRequest: 'GET /v2/auth?service=start-registry',
    wrong: both(1, new RegExp(`^Error response from registry: unauthorized: ${password}$`)),
    use: (sh, host) => sh`oras push ${host}/team/notes:1.0 notes.txt`,
    nobody: {
      token: { status: 1, message: /^Error response from registry: HEAD .*: response status code 401: Unauthorized$/m },
      basic: {
        status: 1,
        message: /^Error: basic credential not found\nPlease check whether the registry credential/m,
      },
    },
    logout: (sh, host) => sh`oras logout ${host}`,
  },
  {
    id: 'regctl',
    file: '~/regctl.json',
    login: (sh, host) => sh`regctl registry login ${host} --user alice --pass-stdin`,
    done: /^$/,
    kept: (host) => ({ hosts: { [host]: { user: alice.username, pass: alice.password } } }),
    tokenRequest: 'GET /v2/auth?account=alice&client_id=regclient%2Fregctl+%28v0.11.7%29&service=start-registry',
    wrong: both(1, /credentials were still stored"\nfailed to ping registry .*: unauthorized$/),
    keepsWrong: true,
    use: (sh, host) => sh`regctl image copy ${host}/team/app:1.0 ocidir://app`,
    nobody: {
      token: { status: 1, message: /failed to request manifest head .*: unauthorized$/ },
      basic: { status: 1, message: /failed to request manifest head .*: no credentials available: unauthorized$/ },
    },
    logout: (sh, host) => sh`regctl registry logout ${host}`,
    left: {},
    again: { status: 2, message: /^panic: runtime error: invalid memory address or nil pointer dereference\n/ },
  },
]

/** A login as docker keeps it. */
export const dockerConfig = (host: string): unknown => ({ auths: { [host]: { auth: authOf(alice) } } })

/** The refresh token that a config file has for a host. */
function identityToken(text: string, host: string): string {
  const { auths } = JSON.parse(text) as { auths: Record<string, { identitytoken?: string } | undefined> }
  const token = auths[host]?.identitytoken ?? ''
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}')
  assert.deepEqual(claims, { ...(claims as object), use: 'refresh', sub: alice.username })
  return token
}
