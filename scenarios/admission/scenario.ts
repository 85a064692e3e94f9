import { cosigns } from '../cosign/versions.js'
import type { Scenario } from '../scenario.js'
import { onGround } from './ground.js'
import { generateKeys } from './keys.js'
import { pullUnsigned, push } from './pull.js'
import { signChart, signInProcess, signWithCosign } from './sign.js'
import { tagRule } from './tag.js'

/**
 * A registry that lets only signed images be pulled, or tagged: what podman, skopeo, crane and helm say of the others, and
 * how each version of cosign, or the test itself, signs so that they pass.
 */
export const admission: Scenario = {
  name: 'admission',
  title: 'only signed images are pulled and tagged, and every client says why another is not',
  clients: ['podman', 'skopeo', 'buildah', 'crane', 'oras', 'helm@3.22.0', ...cosigns.map(({ id }) => id)],
  async run(context) {
    const keys = await generateKeys(context)
    await onGround(context, keys, async (ground) => {
      await push(ground)
      await pullUnsigned(ground)
      for (const cosign of cosigns) await signWithCosign(ground, cosign)
      await signChart(ground)
      await signInProcess(ground)
    })
    await tagRule(context, keys)
  },
}
