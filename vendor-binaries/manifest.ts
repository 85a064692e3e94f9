/** A client that the Go toolchain builds from its source, at one version. */
export interface GoSource {
  readonly kind: 'go'
  /** The import path of its command. */
  readonly package: string
  /** The version as Go writes it. */
  readonly version: string
  /** The oldest Go that builds it, as its go.mod says. */
  readonly go: string
  readonly ldflags?: string
  /** Its module, when it is built inside a module that requires it, and not by `go install`. */
  readonly module?: string
  /** With `module`: the version of the language that it is built as, from which on Go leaves modules out that nothing needs. */
  readonly language?: string
  /** Build tags, for what a client leaves out of its usual build. */
  readonly tags?: readonly string[]
  /** Whether it loads or calls C code, so that building it takes a C compiler. */
  readonly cgo?: boolean
}

/** A client of the system's package manager, in whatever version that has. */
export interface SystemSource {
  readonly kind: 'system'
  /** The package that it is in on Debian, and mostly on Fedora and Alpine and with Homebrew too. */
  readonly package: string
}

/** How a client tells its version. */
export interface VersionQuestion {
  readonly args: readonly string[]
  /** Finds the version, without a `v`, as its first group. */
  readonly pattern: RegExp
}

/** A real client that scenarios and tests run, in one version. */
export interface Binary {
  readonly name: string
  /** The version that is pinned, or `system` when the system's package manager decides. */
  readonly version: string
  /** Whether its name alone means this version. */
  readonly isDefault: boolean
  readonly source: GoSource | SystemSource
  /** Undefined for a program that does not tell: it is never taken from PATH. */
  readonly question: VersionQuestion | undefined
  /** What its project names its release archives after, when that is not the client. */
  readonly archive?: string
}

// `v3.8.2+g6e3701e` with what a release was built from.
const helmQuestion: VersionQuestion = { args: ['version', '--short'], pattern: /^v([^\s+]+)/m }

function helm(version: string, go: string, isDefault = false): Binary {
  const [major = ''] = version.split('.')
  const module = `helm.sh/helm/v${major}`
  // Built without this, helm 3.22.0 says `v3.22`, which could be any patch version.
  const ldflags = `-X ${module}/internal/version.version=v${version}`
  const source = { kind: 'go', package: `${module}/cmd/helm`, version: `v${version}`, go, ldflags } as const
  return { name: 'helm', version, isDefault, source, question: helmQuestion }
}

// cosign 1 writes it with a capital letter.
const cosignQuestion: VersionQuestion = { args: ['version', '--json'], pattern: /"gitVersion": "v([^"]+)"/i }

function cosign(version: string, go: string, isDefault = false): Binary {
  const [major = ''] = version.split('.')
  const module = `github.com/sigstore/cosign/v${major}`
  const source = { kind: 'go', package: `${module}/cmd/cosign`, version: `v${version}`, go } as const
  return { name: 'cosign', version, isDefault, source, question: cosignQuestion }
}

// `go install` asks for the list of a module's versions too, to see whether it is deprecated, and a module proxy that has
// only some of them refuses that for this one. As what another module requires it builds, and there it knows its version
// by this flag alone.
const cosign1: Binary = {
  name: 'cosign',
  version: '1.0.0',
  isDefault: false,
  source: {
    kind: 'go',
    package: 'github.com/sigstore/cosign/cmd/cosign',
    version: 'v1.0.0',
    go: '1.16',
    ldflags: '-X github.com/sigstore/cosign/cmd/cosign/cli.gitVersion=v1.0.0',
    module: 'github.com/sigstore/cosign',
  },
  question: cosignQuestion,
}

// Whose `go install` fails as that of cosign 1 does. It tells no version. It has both helm 3 and 4 in it, of which it is
// whatever helm calls it, and without the line of the language version Go would ask for modules that nothing needs.
const cmPush: Binary = {
  name: 'helm-cm-push',
  version: '0.11.1',
  isDefault: true,
  source: {
    kind: 'go',
    package: 'github.com/chartmuseum/helm-push/cmd/helm-cm-push',
    version: 'v0.11.1',
    go: '1.25',
    module: 'github.com/chartmuseum/helm-push',
    language: '1.25.0',
  },
  question: undefined,
  archive: 'helm-push',
}

// PKCS#11 is behind a build tag, and what it loads are C libraries. It is a row of its own because no story but the one
// of hardware tokens should need a C compiler.
const cosignPkcs11: Binary = {
  name: 'cosign-pkcs11',
  version: '2.6.5',
  isDefault: true,
  source: {
    kind: 'go',
    package: 'github.com/sigstore/cosign/v2/cmd/cosign',
    version: 'v2.6.5',
    go: '1.25',
    tags: ['pkcs11key'],
    cgo: true,
  },
  question: cosignQuestion,
}

function system(name: string, packageName = name, says = `${name} version `, args = ['--version']): Binary {
  const question = { args, pattern: new RegExp(`^${says}(\\S+)`, 'm') }
  return { name, version: 'system', isDefault: true, source: { kind: 'system', package: packageName }, question }
}

/** The clients, pinned: what is proven is proven for these versions. */
export const manifest: readonly Binary[] = [
  helm('3.8.2', '1.16'),
  helm('3.22.0', '1.26', true),
  helm('4.3.1', '1.26'),
  cosign1,
  cosign('2.6.5', '1.25', true),
  cosign('3.1.3', '1.26'),
  cosignPkcs11,
  cmPush,
  {
    name: 'crane',
    version: '0.22.1',
    isDefault: true,
    source: {
      kind: 'go',
      package: 'github.com/google/go-containerregistry/cmd/crane',
      version: 'v0.22.1',
      go: '1.25',
    },
    question: { args: ['version'], pattern: /^v?(\d\S*)$/m },
    archive: 'go-containerregistry',
  },
  {
    name: 'oras',
    version: '1.3.6',
    isDefault: true,
    source: { kind: 'go', package: 'oras.land/oras/cmd/oras', version: 'v1.3.6', go: '1.26' },
    question: { args: ['version'], pattern: /^Version:\s+([^\s+]+)/m },
  },
  {
    name: 'regctl',
    version: '0.11.7',
    isDefault: true,
    source: { kind: 'go', package: 'github.com/regclient/regclient/cmd/regctl', version: 'v0.11.7', go: '1.26' },
    question: { args: ['version'], pattern: /^VCSTag:\s+v(\S+)/m },
  },
  {
    name: 'conftest',
    version: '0.71.1',
    isDefault: true,
    source: {
      kind: 'go',
      package: 'github.com/open-policy-agent/conftest',
      version: 'v0.71.1',
      go: '1.26.8',
      // A build without it calls itself `dev`.
      ldflags: '-X github.com/open-policy-agent/conftest/internal/version.Version=0.71.1',
    },
    question: { args: ['--version'], pattern: /^Conftest: v?(\S+)/m },
  },
  {
    name: 'conformance',
    version: '0.0.0-20260831232431-97274622c111',
    isDefault: true,
    source: {
      kind: 'go',
      package: 'github.com/opencontainers/distribution-spec/conformance',
      version: 'v0.0.0-20260831232431-97274622c111',
      go: '1.24',
    },
    question: undefined,
  },
  system('podman'),
  system('skopeo'),
  system('buildah'),
  system('curl', 'curl', 'curl '),
  // For what Python programs trust.
  system('python3', 'python3', 'Python '),
  // It shows the inspector's pages.
  system('chromium', 'chromium', 'Chromium '),
  // helm signs charts with the keys that it makes.
  system('gpg', 'gnupg', String.raw`gpg \(GnuPG\) `),
  // It makes what certificates of one's own are made with.
  system('openssl', 'openssl', 'OpenSSL ', ['version']),
  // No client, but another registry: to pull from, and to measure against.
  system('docker-registry', 'docker-registry', String.raw`\S*docker-registry \S+ `),
  // A token of PKCS#11 in software. It tells nothing but its version.
  system('softhsm2-util', 'softhsm2', ''),
  // It stands for pkcs11-tool, of the same package, which tells no version.
  system('opensc-tool', 'opensc', 'OpenSC ', ['--info']),
]
