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
}

/** A client of the system's package manager, in whatever version that has. */
export interface SystemSource {
  readonly kind: 'system'
  /** The package that it is in; the name is the same on Debian, Fedora and Alpine and with Homebrew. */
  readonly package: string
}

/** How a client tells its version. */
export interface VersionQuestion {
  readonly args: readonly string[]
  /** Finds the version, without a `v`, as its first group. */
  readonly pattern: RegExp
}

/** A real client that scenarios and tests run. */
export interface Binary {
  readonly name: string
  /** The version that is pinned, or `system` when the system's package manager decides. */
  readonly version: string
  readonly source: GoSource | SystemSource
  /** Undefined for a program that does not tell: it is never taken from PATH. */
  readonly question: VersionQuestion | undefined
  /** The environment variable that names an executable to use instead. */
  readonly variable: string
}

/** The clients, pinned: what is proven is proven for these versions. */
export const manifest: readonly Binary[] = [
  {
    name: 'helm',
    version: '3.22.0',
    source: {
      kind: 'go',
      package: 'helm.sh/helm/v3/cmd/helm',
      version: 'v3.22.0',
      go: '1.26',
      // Built without this, helm 3.22.0 says `v3.22`, which could be any patch version.
      ldflags: '-X helm.sh/helm/v3/internal/version.version=v3.22.0',
    },
    question: { args: ['version', '--short'], pattern: /^v([^\s+]+)/m },
    variable: 'START_REGISTRY_HELM',
  },
  {
    name: 'cosign',
    version: '2.6.5',
    source: { kind: 'go', package: 'github.com/sigstore/cosign/v2/cmd/cosign', version: 'v2.6.5', go: '1.25' },
    question: { args: ['version', '--json'], pattern: /"gitVersion": "v([^"]+)"/ },
    variable: 'START_REGISTRY_COSIGN',
  },
  {
    name: 'conformance',
    version: '0.0.0-20260831232431-97274622c111',
    source: {
      kind: 'go',
      package: 'github.com/opencontainers/distribution-spec/conformance',
      version: 'v0.0.0-20260831232431-97274622c111',
      go: '1.24',
    },
    question: undefined,
    variable: 'START_REGISTRY_CONFORMANCE',
  },
  {
    name: 'podman',
    version: 'system',
    source: { kind: 'system', package: 'podman' },
    question: { args: ['--version'], pattern: /podman version (\S+)/ },
    variable: 'START_REGISTRY_PODMAN',
  },
]

/** How a person calls a client: its name, and its version when that is pinned. */
export const label = ({ name, version, source }: Binary): string =>
  source.kind === 'system' ? name : `${name} ${version}`

/** The command that gets a client. */
export const installCommand = ({ name }: Binary): string => `npx start-registry binaries install ${name}`
