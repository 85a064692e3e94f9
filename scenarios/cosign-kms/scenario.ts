import type { Scenario, ScenarioContext } from '../scenario.js'
import { sitDown, type Signer } from '../cosign/signer.js'
import { cosign2, cosign3, type Cosign } from '../cosign/versions.js'
import { tell } from '../setting.js'
import { drawer } from './drawer.js'
import { vault } from './vault.js'

const versions = [cosign2, cosign3]

/**
 * cosign(1), "Key Management": keys are made in a key management service, which signs with them and never gives them away.
 * Vault's is built into cosign; any other is a program beside it, found by the scheme of its keys' names.
 */
export const cosignKms: Scenario = {
  name: 'cosign-kms',
  title: 'cosign signs images with keys of a key management service, and we verify them',
  clients: [...versions.map(({ id }) => id), 'podman'],
  async run(context) {
    for (const cosign of versions) {
      await play(context, cosign, 'with hashivault://', vault)
      await play(context, cosign, 'with a plugin', drawer)
    }
  },
}

const over = 'https, login'

const play = (
  context: ScenarioContext,
  cosign: Cosign,
  where: string,
  story: (signer: Signer) => Promise<void>,
): Promise<void> =>
  tell(context, [over], ({ registry, account }) => story(sitDown(context, cosign, { registry, account, over, where })))
