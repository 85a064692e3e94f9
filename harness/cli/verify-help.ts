/** What `start-registry verify --help` prints. */
export const verifyHelp = `start-registry verify: verify cosign's signatures in any registry

Usage: start-registry verify [flags] REF...

REF is HOST:PORT/REPOSITORY:TAG, or @DIGEST. Flags are those of cosign verify.

Whose signatures count
  --key KEY               those of a public key: a PEM file, env://VARIABLE or
                          https://... (repeatable: one of them is enough)
  --certificate-identity ID, --certificate-identity-regexp REGEXP
                          those of a certificate for ID ...
  --certificate-oidc-issuer ISSUER, --certificate-oidc-issuer-regexp REGEXP
                          ... that ISSUER vouched for, from a trusted CA:
  --ca-roots FILE         CAs, and with ...
  --ca-intermediates FILE ... this those between them and a certificate
  --certificate-chain FILE
                          or the path to one, which comes last
  --trusted-root FILE     or those of sigstore's trusted_root.json

What is asked of logs and timestamps (nothing without --trusted-root)
  --insecure-ignore-tlog, --private-infrastructure
                          a signature need not be in a log
  --insecure-ignore-sct   a certificate need not be in one
  --use-signed-timestamps a signature must have a timestamp

What is verified
  -a, --annotations KEY=VALUE
                          the signature must say this (repeatable)
  --type attestation      attestations in place of signatures ...
  --predicate-type TYPE   ... of this type
  -r, --recursive         each image of an index as well
  --strict                by the rules of podman, not by the real cosign's
  --experimental-oci11    signatures of cosign's OCI 1.1 mode, too
  --allow-certificate-chain
                          bundles with the whole chain of their certificate

How the registry is read
  --ca-file FILE, --registry-cacert FILE
                          its CA. https is tried first, plain http on this
                          machine alone
  --registry-username NAME, --registry-password PASSWORD
  --registry-token TOKEN  in place of the login that docker has kept

What it says
  --json                  one JSON object for each REF
  --help

Without a word it takes --offline, --new-bundle-format, --max-workers and
--signature-digest-algorithm: it never asks a log, looks at bundles, and tries
what cosign signs with. COSIGN_REPOSITORY says where signatures are.

Exit codes: 0 all are verified, 10 nothing is signed, 11 no such tag, 12 no
signature is valid, 1 anything else, 2 wrong use; of several REFs, of the first
that is not verified.
`
