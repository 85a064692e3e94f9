import { startRegistry } from '../../harness/index.js'
import { makeKeys, sitDown } from '../cosign/signer.js'
import { cosign1 } from '../cosign/versions.js'
import type { Desk, ScenarioContext } from '../scenario.js'

/** Keys as cosign 1 writes them, which every version reads. */
export interface Keys {
  /** The encrypted private key, and the public key that a rule names. */
  readonly privatePem: string
  readonly publicPem: string
  /** Somebody else's private key. */
  readonly strangersPem: string
}

/** Has cosign make the keys, before there is a registry whose rule names one of them. */
export async function generateKeys(context: ScenarioContext): Promise<Keys> {
  await using workshop = await startRegistry()
  const [own, stranger] = [signerAt('of the team'), signerAt('of a stranger')]
  for (const signer of [own, stranger]) {
    signer.say('keys')
    await makeKeys(signer)
  }
  const text = ({ read }: Desk, name: string): string => read(name).toString()
  return {
    privatePem: text(own.desk, 'cosign.key'),
    publicPem: text(own.desk, 'cosign.pub'),
    strangersPem: text(stranger.desk, 'cosign.key'),
  }

  function signerAt(where: string) {
    return sitDown(context, cosign1, { registry: workshop, over: 'http', where })
  }
}
