import { fileURLToPath } from 'node:url'
import { commandLine } from '../../harness/command-line.js'
import type { Signer } from '../cosign/signer.js'
import { cosign2 } from '../cosign/versions.js'
import { signWithKms } from './sign.js'

const program = fileURLToPath(new URL('./sigstore-kms-drawer.js', import.meta.url))

// Where it writes what it is asked, a line each.
const journal = 'drawer/journal'

/** Keys of a service that cosign knows nothing of, by a program of ours that it finds on PATH. */
export async function drawer(signer: Signer): Promise<void> {
  const { cosign, desk, sh, say } = signer
  say('a program for drawer://')
  desk.write('sigstore-kms-drawer', `#!/bin/sh\nexec ${commandLine([process.execPath, program])} "$@"\n`)
  await sh`sh -c ${'install -m 755 sigstore-kms-drawer ~/bin'}`
  await signWithKms(signer, {
    service: 'a plugin',
    scheme: 'drawer',
    env: {},
    hide: [],
    otherKey: 'plugin returned error: the signature is not of this key',
    take() {
      const lines = desk.read(journal).toString().split('\n').slice(0, -1)
      desk.write(journal, '')
      return lines
    },
    asked: (key) => {
      const tell = `publicKey ${key}`
      const sign = `signMessage ${key}`
      const verify = `verifySignature ${key}`
      return {
        make: [`defaultAlgorithm ${key}`, `createKey ${key}`],
        tell: [tell],
        sign: cosign === cosign2 ? [sign, tell] : [tell, tell, sign, tell, tell],
        verify: cosign === cosign2 ? [verify] : [tell, verify],
      }
    },
  })
}
