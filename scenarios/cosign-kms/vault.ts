import assert from 'node:assert/strict'
import { claimsIn } from '../cosign/claims.js'
import { failing, type Signer } from '../cosign/signer.js'
import { cosign2 } from '../cosign/versions.js'
import { signWithKms, type Kms } from './sign.js'
import { startTransit, type Transit } from './transit.js'

const standIn = 'a small transit service of the scenario itself stands in for Vault'

/** Keys of Vault's transit secrets engine, and of OpenBao's, which answers the same requests. */
export async function vault(signer: Signer): Promise<void> {
  await using transit = await startTransit()
  await signWithKms(signer, {
    service: 'Vault',
    note: standIn,
    scheme: 'hashivault',
    env: environment('VAULT', transit),
    hide: [transit.token],
    otherKey: 'failed vault verification',
    take: transit.take,
    asked,
  })
  await withoutToken(signer, transit)
  await asOpenBao(signer, transit)
}

const environment = (product: 'VAULT' | 'BAO', { url, token }: Transit): Kms['env'] => ({
  [`${product}_ADDR`]: url,
  [`${product}_TOKEN`]: token,
})

/** cosign sends a digest to be signed and never the message, and asks for the public key to know how. */
const asked: Kms['asked'] = (key) => {
  const tell = `GET /v1/transit/keys/${key} 200`
  return {
    make: [`PUT /v1/transit/keys/${key} 204`, tell],
    tell: [tell],
    sign: [tell, `PUT /v1/transit/sign/${key}/sha2-256 200`],
    verify: [tell, `PUT /v1/transit/verify/${key}/sha2-256 200`],
  }
}

/** Who has no token of Vault's may not sign. */
async function withoutToken({ desk, registry, cosign, say, show }: Signer, transit: Transit): Promise<void> {
  say('without a token')
  const image = `${registry.host}/team/app:1.0`
  const sh = desk.sh({ set: { ...environment('VAULT', transit), VAULT_TOKEN: 'guessed' } })
  const denied = { status: 1, message: /^Code: 403\. Errors:\n\n\* permission denied$/m }
  await failing(sh, denied)`cosign sign ${cosign.signing} --key hashivault://release ${image}`
  assert.deepEqual(transit.take(), ['GET /v1/transit/keys/release 403'])
  show('be refused by Vault without a token', standIn)
}

/** The same by the names that OpenBao has for scheme and variables, which cosign 2 does not know. */
async function asOpenBao(signer: Signer, transit: Transit): Promise<void> {
  const { desk, registry, cosign, say, show, defect } = signer
  say('as OpenBao')
  const story = 'verify with a key of openbao://'
  const image = `${registry.host}/team/app:1.0`
  const sh = desk.sh({ set: { ...cosign.environment, ...environment('BAO', transit) }, hide: [transit.token] })
  if (cosign === cosign2) {
    const message = 'Error: loading public key: loading URL: unrecognized scheme: openbao://'
    await failing(sh, { status: 1, message })`cosign verify ${cosign.verifying} --key openbao://release ${image}`
    assert.deepEqual(transit.take(), [])
    defect(story, message, 'it knows hashivault:// only, and VAULT_ADDR and VAULT_TOKEN')
    return
  }
  const { stdout } = await sh`cosign verify ${cosign.verifying} --key openbao://release ${image}`
  assert.equal(claimsIn(stdout).length, 1)
  assert.deepEqual(transit.take(), asked('release').verify)
  show(story, standIn)
}
