import type { Desk } from '../scenario.js'
import type { Setting } from '../setting.js'

// These clients take the CA by a flag or a file of their own, and not from the environment, so that it is seen to work.
const byFlag = { SSL_CERT_FILE: '' }

/** A desk with oras, and the flags that it needs for the registry; `from` and `to` are those of `oras cp`. */
export interface OrasDesk extends Desk {
  readonly flags: readonly string[]
  readonly copyFlags: readonly string[]
}

/** A desk with oras: it speaks http to localhost only unless it is told to, and takes the CA by --ca-file. */
export function orasDesk({ registry, home }: Setting): OrasDesk {
  const desk = home({ clients: ['oras'], env: byFlag })
  const ca = registry.caFile
  return ca === undefined
    ? { ...desk, flags: ['--plain-http'], copyFlags: ['--from-plain-http', '--to-plain-http'] }
    : { ...desk, flags: ['--ca-file', ca], copyFlags: ['--from-ca-file', ca, '--to-ca-file', ca] }
}

/** A desk with regctl, which has been told how to talk to the registry. */
export async function regctlDesk({ registry, home }: Setting): Promise<Desk> {
  const desk = home({ clients: ['regctl'], env: byFlag })
  await setRegistry(desk, registry)
  return desk
}

/** Tells regctl how to talk to a registry: it takes neither http nor a CA of its own for granted. */
export async function setRegistry({ sh }: Desk, { host, caFile }: Setting['registry']): Promise<void> {
  // The CA as text and not as a file, as its help says; without a look at the registry, which may ask for a login.
  const command = `regctl registry set ${host} --skip-check --cacert "$(cat ${caFile})"`
  if (caFile === undefined) await sh`regctl registry set ${host} --skip-check --tls disabled`
  else await sh`sh -c ${command}`
}
