/** How a command of cosign fails: its exit code, and what stands on stderr: this text, or what matches. */
export interface Failure {
  readonly status: number
  readonly message: string | RegExp
}

/** One version of cosign: where its command line and its words differ from the others'. */
export interface Cosign {
  readonly id: string
  readonly version: string
  /** The label of its private keys' PEM. */
  readonly keyLabel: string
  /**
   * Where signatures go: behind a tag that is made from the image's digest, one layer each, or each into a manifest of
   * its own, a sigstore bundle whose subject is the image.
   */
  readonly stores: 'tags' | 'bundles'
  /** Flags of `sign` and `attest`: ask nothing, and leave sigstore's transparency log out. */
  readonly signing: readonly string[]
  /** Flags of `verify` and `verify-attestation`: no entry of that log is there. */
  readonly verifying: readonly string[]
  /** Flags of `clean`: ask nothing. */
  readonly cleaning: readonly string[]
  /** What verifying needs in the environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly failures: {
    /** Nobody is logged in. */
    readonly stranger: Failure
    /** Nothing is signed. */
    readonly unsigned: Failure
    /** The signature was made with another key. */
    readonly key: Failure
    /** The signature has not the annotation that is asked for. */
    readonly annotation: Failure
    /** The signature is for another image. */
    readonly image: Failure
    /** No attestation is there. */
    readonly unattested: Failure
    /** The attestation was made with another key. */
    readonly attestation: Failure
  }
}

const noSuchTag = 'MANIFEST_UNKNOWN: no such tag in this repository'
const stranger = {
  status: 1,
  message: /: UNAUTHORIZED: log in first: this registry asks for a username and a password$/m,
}
const unsigned = { status: 10, message: 'Error: no signatures found' }
const unattested = { status: 1, message: /^Error: no matching attestations: $/m }

/** The version that Quay's documentation installs. It has one exit code for all that goes wrong. */
export const cosign1: Cosign = {
  id: 'cosign@1.0.0',
  version: '1.0.0',
  keyLabel: 'ENCRYPTED COSIGN PRIVATE KEY',
  stores: 'tags',
  signing: [],
  verifying: [],
  cleaning: [],
  environment: {},
  failures: {
    stranger,
    unsigned: { status: 1, message: noSuchTag },
    key: { status: 1, message: /^error: no matching signatures:\nfailed to verify signature$/m },
    annotation: { status: 1, message: /^error: no matching signatures:\nmissing or incorrect annotation$/m },
    image: { status: 1, message: /^error: no matching signatures:\ninvalid or missing digest in claim: sha256:/m },
    unattested: { status: 1, message: noSuchTag },
    attestation: { status: 1, message: /^error: no matching signatures:\nfailed to verify signature$/m },
  },
}

export const cosign2: Cosign = {
  id: 'cosign@2.6.5',
  version: '2.6.5',
  keyLabel: 'ENCRYPTED SIGSTORE PRIVATE KEY',
  stores: 'tags',
  signing: ['--yes', '--tlog-upload=false'],
  verifying: ['--insecure-ignore-tlog=true'],
  cleaning: ['--force'],
  // cosign 2 asks sigstore's servers for their trust root before it verifies anything, unless one of its variables names
  // a key. This one is never read when the transparency log is left out; without it the story would leave the machine.
  environment: { SIGSTORE_REKOR_PUBLIC_KEY: 'cosign.pub' },
  failures: {
    stranger,
    unsigned,
    key: {
      status: 12,
      message: /^Error: no matching signatures: invalid signature when validating ASN\.1 encoded signature$/m,
    },
    annotation: { status: 12, message: /^Error: no matching signatures: missing or incorrect annotation$/m },
    image: { status: 12, message: /^Error: no matching signatures: invalid or missing digest in claim: sha256:/m },
    unattested,
    attestation: {
      status: 1,
      message: 'Error: no matching attestations: accepted signatures do not match threshold, Found: 0, Expected 1',
    },
  },
}

const otherKey = {
  status: 1,
  message:
    'Error: no matching attestations: failed to verify signature: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1',
}

export const cosign3: Cosign = {
  id: 'cosign@3.1.3',
  version: '3.1.3',
  keyLabel: 'ENCRYPTED SIGSTORE PRIVATE KEY',
  stores: 'bundles',
  signing: ['--yes', '--use-signing-config=false', '--tlog-upload=false'],
  verifying: ['--insecure-ignore-tlog=true'],
  cleaning: ['--force'],
  environment: {},
  failures: {
    stranger,
    unsigned,
    key: otherKey,
    annotation: { status: 1, message: /^Error: no matching attestations: missing or incorrect annotation$/m },
    image: {
      status: 1,
      message:
        /^Error: no matching attestations: failed to verify signature: provided artifact digest does not match any digest in statement$/m,
    },
    unattested,
    attestation: otherKey,
  },
}

export const cosigns: readonly Cosign[] = [cosign1, cosign2, cosign3]
