import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Desk } from '../scenario.js'

/** What opens the token, for who signs and for who manages it. */
export const pin = 'pin-of-the-user'
export const soPin = 'pin-of-the-officer'

/** The label of the token, and that of the key in it. */
export const token = 'release'
export const label = 'signing'

/** Where SoftHSM's configuration is, which is all that its library asks the environment. */
export const hsm: Readonly<Record<string, string>> = { SOFTHSM2_CONF: 'softhsm2.conf' }

// Where packages put it: of Debian and Alpine, of Fedora, of Homebrew on its two processors.
const modules = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
]

/** The PKCS#11 library of SoftHSM. @throws Error when it is where no package puts it. */
export function softHsm(): string {
  const found = modules.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`the library of SoftHSM is in none of these places: ${modules.join(', ')}`)
  return found
}

const toolOn = (module: string): readonly string[] => ['pkcs11-tool', '--module', module, '--token-label', token]

/** Makes a token in the desk's folder and a key pair of P-256 in it, and answers the public key: a DER SPKI. */
export async function makeToken({ folder, write, read, sh }: Desk, module: string): Promise<Buffer> {
  const withHsm = sh({ set: hsm })
  write('softhsm2.conf', 'directories.tokendir = tokens\n')
  mkdirSync(join(folder, 'tokens'))
  const initialised = await withHsm`softhsm2-util --init-token --free --label ${token} --so-pin ${soPin} --pin ${pin}`
  assert.match(initialised.stdout, /^The token has been initialized/m)

  const tool = toolOn(module)
  const made =
    await withHsm`${tool} --login --pin ${pin} --keypairgen --key-type EC:prime256v1 --label ${label} --id 01`
  assert.match(made.stdout, /^Private Key Object; EC$/m)
  // Out of the token it never comes.
  assert.match(made.stdout, /^ {2}Access: +sensitive, always sensitive, never extractable, local$/m)
  await withHsm`${tool} --read-object --type pubkey --label ${label} --output-file public.der`
  return read('public.der')
}

/** Puts a certificate into the token, under the key's name. */
export async function putCertificate({ sh }: Desk, module: string, file: string): Promise<void> {
  const put = sh({ set: hsm })
  const words = [...toolOn(module), '--login', '--pin', pin, '--write-object', file]
  const { stdout } = await put`${words} --type cert --label ${label} --id 01`
  assert.match(stdout, /^Certificate Object; type = X\.509 cert$/m)
}
