/**
 * Why a flag of `cosign verify` is not here, and what there is in its place; undefined for one that cosign has not
 * either. None is passed over in silence that would make less verified, or something else.
 * @param flag As it was written: `--local-image`.
 */
export function cosignOnly(flag: string): string | undefined {
  const [, name = ''] = /^--?(.+)$/.exec(flag) ?? []
  const known = Object.hasOwn(reasons, name) ? reasons[name] : undefined
  const reason = known ?? (name.startsWith('certificate-github-workflow-') ? workflows : undefined)
  return reason && `${flag} of cosign is not taken: ${reason}`
}

const text = '--json prints a verdict as JSON, and without it text is printed'
const hardware = '--key takes the public key, which `cosign public-key` prints'
const attachments = 'what is attached is verified as an image, by its own digest'
const beside = 'signatures are read from the registry, with the certificates and timestamps beside them'
const mutual = 'registries that ask for a certificate of the client are not read'
const workflows = 'what a certificate says of a workflow is not looked at; --certificate-identity names the workflow'

const reasons: Readonly<Record<string, string>> = {
  'allow-http-registry': 'plain http is spoken with this machine, and with no other',
  'allow-insecure-registry': '--ca-file FILE says which CA to trust',
  attachment: attachments,
  'attachment-tag-prefix': attachments,
  certificate: beside,
  'check-claims': 'what a signature claims is always checked',
  'k8s-keychain': "logins are those of docker's configuration; --registry-username and --registry-token give another",
  'local-image': 'images are read from registries; `cosign load` puts a folder into one',
  o: text,
  output: text,
  payload: beside,
  'registry-client-cert': mutual,
  'registry-client-key': mutual,
  'registry-server-name': mutual,
  'rekor-url': 'no log is asked; what a signature brings from one is verified with --trusted-root FILE',
  sct: beside,
  signature: beside,
  sk: hardware,
  slot: hardware,
  'timestamp-certificate-chain': 'timestamp authorities are those of --trusted-root FILE',
}
