import { logIn, makeKeys, sitDown } from '../cosign/signer.js'
import { cosign3, cosigns } from '../cosign/versions.js'
import type { Scenario } from '../scenario.js'
import { tell } from '../setting.js'
import { attestations } from './attestations.js'
import { pushAndSign } from './images.js'
import { print } from './print.js'
import { reach } from './reach.js'
import { compare, several } from './rows.js'
import { byPodmansRules } from './strict.js'

/**
 * `start-registry verify`, beside `cosign verify` of the newest cosign with the same flags on the same images: what podman
 * pushed and each version of cosign signed, over http, and over https with the login that podman has kept for docker.
 */
export const verify: Scenario = {
  name: 'verify',
  title: 'start-registry verify says of an image what cosign verify says, and why',
  clients: [...cosigns.map(({ id }) => id), 'podman'],
  async run(context) {
    await tell(context, ['http', 'https, login'], async ({ registry, account, over }) => {
      for (const cosign of cosigns) {
        const where = over === 'http' ? 'over http' : 'over https with login'
        const seat = { registry, account, over, where }
        const signer = sitDown(context, cosign, seat)
        signer.say('keys')
        await makeKeys(signer)
        const judge = cosign === cosign3 ? signer : sitDown(context, cosign3, seat)
        for (const name of ['cosign.pub', 'stranger.pub']) judge.desk.write(name, signer.desk.read(name).toString())
        if (account) {
          await logIn(signer)
          if (judge !== signer) await logIn(judge)
        }
        const images = await pushAndSign(signer)
        if (account && cosign === cosign3) {
          const stranger = sitDown(context, cosign, seat)
          stranger.desk.write('cosign.pub', signer.desk.read('cosign.pub').toString())
          await reach(stranger, images)
        }
        await print(signer, images)
        await compare(signer, judge, images, over)
        // The rest is the same over http.
        if (over !== 'http') {
          await several(judge, images)
          await attestations(signer, judge, images)
          await byPodmansRules(signer, images)
        }
        signer.show('sign what `start-registry verify` verifies')
      }
    })
  },
}
