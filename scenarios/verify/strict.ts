import assert from 'node:assert/strict'
import type { Signer } from '../cosign/signer.js'
import type { Images } from './images.js'

/** By the rules of podman's containers/image a signature is for the repository that it names, and for no copy. */
export async function byPodmansRules(signer: Signer, { signed }: Images): Promise<void> {
  const { cosign, registry, sh, verify, say } = signer
  say('verify by the rules of podman')
  const { stdout } = await verify`start-registry verify --strict --key cosign.pub ${signed}:1.0`
  assert.match(stdout, /^rules {9}strict: those of podman's containers\/image$/m)
  // A bundle names no repository, and cosign 3 does not copy one.
  if (cosign.stores === 'bundles') return
  const copy = `${registry.host}/mirror/by-${cosign.version}:1.0`
  await sh`cosign copy ${signed}:1.0 ${copy}`
  await verify`cosign verify ${cosign.verifying} --key cosign.pub ${copy}`
  await verify`start-registry verify --key cosign.pub ${copy}`
  const { stderr } = await verify({ status: 12 })`start-registry verify --strict --key cosign.pub ${copy}`
  assert.match(stderr, /\(REFERENCE_MISMATCH\)$/m)
}
