import assert from 'node:assert/strict'
import { claim, claimsIn } from '../cosign/claims.js'
import { failing, logIn, makeKeys, sitDown, target, type Signer } from '../cosign/signer.js'
import { cosign1, cosign2, type Cosign } from '../cosign/versions.js'
import { pushImage } from '../push-image.js'
import type { Setting } from '../setting.js'
import { inCosignWords } from '../quay/refusal.js'

/** The version that the documentation installs, and the last one whose signatures are of the kind that it speaks of. */
export const cosigns: readonly Cosign[] = [cosign1, cosign2]

export const signatureType = 'application/vnd.dev.cosign.simplesigning.v1+json'

/** Sits one signer down for each version, logged in and with keys, and a repository for each. */
async function* signers(setting: Setting, where: string): AsyncGenerator<Signer & { readonly repository: string }> {
  const { registry, account, over } = setting
  for (const cosign of cosigns) {
    const signer = sitDown(setting, cosign, { registry, account, over, where })
    signer.say('log in and make keys')
    await logIn(signer)
    await makeKeys(signer)
    yield { ...signer, repository: `alice/${cosign.id.replace('@', '-')}` }
  }
}

/** Signs an image, and verifies it. */
export async function signAndVerify(setting: Setting, where: string): Promise<void> {
  for await (const signer of signers(setting, where)) {
    const { cosign, registry, repository, sign, verify, say, show } = signer
    const { digest } = await pushImage(target(signer, repository), '1.0', 'an app')
    const image = `${registry.host}/${repository}`
    say('sign and verify')
    await sign`cosign sign ${cosign.signing} --key cosign.key ${image}:1.0`
    const { stdout } = await verify`cosign verify ${cosign.verifying} --key cosign.pub ${image}:1.0`
    assert.deepEqual(claimsIn(stdout), [claim(cosign, { image, reference: ':1.0', digest })])
    show('sign and verify where Quay allows it by its table')
  }
}

/** Without the type of its signatures among the layers that are welcome, cosign cannot sign. */
export async function failToSign(setting: Setting, where: string, welcome: readonly string[]): Promise<void> {
  for await (const signer of signers(setting, where)) {
    const { cosign, registry, repository, sign, say, show } = signer
    const { digest } = await pushImage(target(signer, repository), '1.0', 'an app')
    say('sign')
    const put = `PUT https://${registry.host}/v2/${repository}/manifests/${digest.replace(':', '-')}.sig`
    const message = `${put}: ${inCosignWords({ of: 'layer', type: signatureType, welcome })}`
    await failing(sign, {
      status: 1,
      message,
    })`cosign sign ${cosign.signing} --key cosign.key ${registry.host}/${repository}:1.0`
    show('be told by Quay that signatures are not on its list')
  }
}
