import { startRegistry } from '../../harness/index.js'
import { logIn, sitDown, type Signer } from '../cosign/signer.js'
import { cosign1, cosign2, cosign3, type Cosign } from '../cosign/versions.js'
import { assertGranted, Heard } from '../heard.js'
import { alice } from '../people.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { signBundles } from './bundles.js'
import { signWithExpired } from './expired.js'
import { signWithVersion1 } from './version1.js'
import { signBehindTags } from './tags.js'

/**
 * cosign(1), "Sign with certificates of your own": a private PKI that openssl makes, whose leaf certificates sign, and whoever
 * trusts its root verifies who it was. Nothing of it is in a log, which cosign has to be told.
 */
export const cosignPki: Scenario = {
  name: 'cosign-pki',
  title: 'cosign signs with certificates of a private PKI, and verifies who has signed',
  clients: [...[cosign1, cosign2, cosign3].map(({ id }) => id), 'podman', 'openssl'],
  async run(context) {
    await play(context, cosign1, 'with certificates', signWithVersion1)
    for (const cosign of [cosign2, cosign3]) {
      await play(context, cosign, 'with certificates, behind tags', signBehindTags)
      await play(context, cosign, 'with certificates, in bundles', signBundles)
      await play(context, cosign, 'with certificates that expire', signWithExpired)
    }
  },
}

async function play(
  context: ScenarioContext,
  cosign: Cosign,
  where: string,
  story: (signer: Signer) => Promise<void>,
): Promise<void> {
  await using registry = await startRegistry({ tls: true, accounts: [alice] })
  const heard = new Heard(registry)
  const options = { registry, account: alice, over: 'https, login', where, tools: ['openssl'] } as const
  const signer = sitDown(context, cosign, options)
  signer.say('log in')
  await logIn(signer)
  await story(signer)
  assertGranted(heard.all, { scheme: 'https', accounts: [alice.username] })
}
