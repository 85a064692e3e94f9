/** Where a version of helm is looked at, for what it says there. */
export interface Where {
  /** Host and port, as the references that it is given name them. */
  readonly host: string
  readonly auth: 'token' | 'basic'
}

/** What differs between the versions of helm for somebody who has their charts in a registry. */
export interface Version {
  /** Its id in the manifest. */
  readonly client: string
  /** Flags of each command that asks a registry which speaks plain http. */
  readonly plainHttp: readonly string[]
  /** Whether it takes plain http for granted where the host is localhost, 127.* or ::1. */
  readonly speaksHttpToLoopback: boolean
  /** Whether commands take `--ca-file`; otherwise SSL_CERT_FILE is what makes it trust a CA. */
  readonly hasCaFile: boolean
  /** Whether it says where it pulled a chart from that it only shows. */
  readonly saysWhatIsShown: boolean
  /** Whether a reference may have a digest. */
  readonly takesDigests: boolean
  /** Whether the manifest tells of the chart in annotations, and of when its file was made. */
  readonly annotates: boolean
  /** The member of the config file's login: a password, or what gets tokens without it. */
  readonly keeps: Readonly<Record<Where['auth'], 'auth' | 'identitytoken'>>
  /** What it prints on stderr, in full. */
  readonly says: {
    readonly wrongPassword: (where: Where) => string
    /** With `<digest>` in place of the digest that it was about to push. */
    readonly pushRefused: (where: Where) => string
    readonly pullRefused: (where: Where) => string
    /** To bob, who may pull. */
    readonly pushDenied: (where: Where) => string
    readonly notFound: (where: Where) => string
    readonly logout: (where: Where) => string
    readonly secondLogout: (where: Where) => string
  }
  readonly secondLogoutStatus: number
  /** What it asks with a token service, as `outline` has it; without login, what is answered 401 or a token falls away. */
  readonly asks: {
    readonly wrongPassword: readonly string[]
    readonly login: readonly string[]
    readonly push: readonly string[]
    readonly pushAgain: readonly string[]
    readonly pull: readonly string[]
    /** For a range of versions. */
    readonly pullRange: readonly string[]
  }
}

const pushScope = 'for repository:team/web:pull,push'
const pullScope = 'for repository:team/web:pull'

/** Built on oras-go v2: `--plain-http` and `--ca-file` behind every command, and two requests to make a tag. */
const current: Omit<Version, 'client'> = {
  plainHttp: ['--plain-http'],
  speaksHttpToLoopback: false,
  hasCaFile: true,
  saysWhatIsShown: true,
  takesDigests: true,
  annotates: true,
  keeps: { token: 'auth', basic: 'auth' },
  says: {
    wrongPassword: ({ host, auth }) => {
      const tokens = auth === 'token' ? `GET "https://${host}/v2/auth?service=start-registry": ` : ''
      const reason = 'response status code 401: unauthorized: wrong username or password'
      return `Error: authenticating to "${host}": GET "https://${host}/v2/": ${tokens}${reason}`
    },
    pushRefused: ({ host, auth }) => {
      const reason = auth === 'token' ? 'response status code 401: Unauthorized' : 'basic credential not found'
      const request = `HEAD "https://${host}/v2/team/web/manifests/<digest>"`
      return `Error: failed to perform "Exists" on destination: ${request}: ${reason}`
    },
    pullRefused: ({ host, auth }) => {
      const unauthorized = 'unauthorized: log in first: this registry asks for a username and a password'
      const reason = auth === 'token' ? `response status code 401: ${unauthorized}` : 'basic credential not found'
      const request = `GET "https://${host}/v2/team/web/manifests/0.1.0"`
      return `Error: failed to perform "FetchReference" on source: ${request}: ${reason}`
    },
    pushDenied: ({ host }) => {
      const request = `POST "https://${host}/v2/team/web/blobs/uploads/"`
      const reason = 'response status code 403: denied: bob may not push to team/web'
      return `Error: failed to perform "Push" on destination: ${request}: ${reason}`
    },
    notFound: ({ host }) => `Error: failed to perform "FetchReference" on source: ${host}/team/web:9.9.9: not found`,
    logout: ({ host }) => `Removing login credentials for ${host}`,
    secondLogout: ({ host }) => `Removing login credentials for ${host}`,
  },
  secondLogoutStatus: 0,
  asks: {
    // OAuth2's POST first, and GET when that is refused, which is the one that it tells of.
    wrongPassword: ['GET /v2/ 401', 'POST token 401', 'GET token 401'],
    login: ['GET /v2/ 401', 'POST token 200', 'GET /v2/ 200'],
    // It asks for what it will need, not for what the challenge of a HEAD names.
    push: [
      'HEAD manifest by digest 401',
      `GET token ${pushScope} 200`,
      'HEAD manifest by digest 404',
      'PUT manifest by digest 201',
      'GET manifest by digest 200',
      'PUT manifest 0.1.0 201',
    ],
    pushAgain: [
      'HEAD manifest by digest 401',
      `GET token ${pushScope} 200`,
      'HEAD manifest by digest 200',
      'GET manifest by digest 200',
      'PUT manifest 0.1.0 201',
    ],
    pull: ['GET manifest 0.1.0 401', `GET token ${pullScope} 200`, 'GET manifest 0.1.0 200'],
    // The token that it has is good for the next request.
    pullRange: ['GET tags 401', `GET token ${pullScope} 200`, 'GET tags 200', 'GET manifest 0.1.0 200'],
  },
}

/** Built on containerd's resolver, and on docker's code for login: no flags for TLS at all. */
const helm38: Version = {
  client: 'helm@3.8.2',
  plainHttp: [],
  speaksHttpToLoopback: true,
  hasCaFile: false,
  saysWhatIsShown: false,
  takesDigests: false,
  annotates: false,
  keeps: { token: 'identitytoken', basic: 'auth' },
  says: {
    wrongPassword: ({ host, auth }) =>
      auth === 'token'
        ? `Error: Get "https://${host}/v2/": unauthorized: wrong username or password`
        : `Error: login attempt to https://${host}/v2/ failed with status: 401 Unauthorized`,
    pushRefused: ({ auth }) =>
      auth === 'token'
        ? 'Error: server message: insufficient_scope: authorization failed'
        : 'Error: unexpected status: 401 Unauthorized',
    pullRefused: ({ host, auth }) =>
      auth === 'token'
        ? 'Error: pull access denied, repository does not exist or may require authorization: ' +
          'server message: insufficient_scope: authorization failed'
        : `Error: pulling from host ${host} failed with status code [manifests 0.1.0]: 401 Unauthorized`,
    pushDenied: () => 'Error: unexpected status: 403 Forbidden',
    notFound: ({ host }) => `Error: ${host}/team/web:9.9.9: not found`,
    logout: ({ host }) => `Removing login credentials for ${host}`,
    secondLogout: () => 'Error: not logged in',
  },
  secondLogoutStatus: 1,
  asks: {
    wrongPassword: ['GET /v2/ 401', 'GET token that can be refreshed 401'],
    login: ['GET /v2/ 401', 'GET token that can be refreshed 200', 'GET /v2/ 200'],
    // Blobs are asked about first, so that it has its token when it comes to the manifest.
    push: ['POST token 200', 'HEAD manifest 0.1.0 404', 'PUT manifest 0.1.0 201'],
    pushAgain: ['POST token 200', 'HEAD manifest 0.1.0 200'],
    pull: ['HEAD manifest 0.1.0 401', 'POST token 200', 'HEAD manifest 0.1.0 200', 'GET manifest by digest 200'],
    pullRange: [
      'GET tags 401',
      'POST token 200',
      'GET tags 200',
      'HEAD manifest 0.1.0 401',
      'HEAD manifest 0.1.0 200',
      'GET manifest by digest 200',
    ],
  },
}

/** The versions of helm, the oldest first: 3.8 is the first whose OCI support is no experiment. */
export const versions: readonly Version[] = [
  helm38,
  { ...current, client: 'helm@3.22.0' },
  { ...current, client: 'helm@4.3.1' },
]
