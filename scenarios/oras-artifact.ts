import type { Over } from './compatibility/record.js'
import { useAccounts } from './oras-artifact/accounts.js'
import { attach, attachByTag } from './oras-artifact/attach.js'
import { craneImages } from './oras-artifact/crane.js'
import { pushAndPullArtifacts, workOnContent } from './oras-artifact/oras.js'
import { regctlArtifacts, regctlByTag, regctlTags } from './oras-artifact/regctl.js'
import type { Scenario } from './scenario.js'
import { tell, type Setting } from './setting.js'

const overs: readonly Over[] = ['http', 'https, login']

/**
 * oras.land "Commands", regctl's and crane's own help: artifacts of any type are pushed, pulled, attached to each other,
 * discovered, copied with all that is attached, backed up and restored; tags are listed page by page and deleted; with
 * the referrers API and without it.
 */
export const orasArtifact: Scenario = {
  name: 'oras-artifact',
  title: 'oras, regctl and crane push, attach, discover, copy, list and delete artifacts of any type',
  clients: ['oras', 'regctl', 'crane'],
  async run(context) {
    await tell(context, overs, async (setting) => {
      await pushAndPullArtifacts(setting)
      await workOnContent(setting)
      await attach(setting)
      await regctlArtifacts(setting)
      await regctlTags(setting)
      await craneImages(setting)
    })
    const byTag = async (setting: Setting): Promise<void> => {
      await attachByTag(setting)
      await regctlByTag(setting)
    }
    await tell(context, ['http'], byTag, { referrers: false })
    await useAccounts(context)
  },
}
