import type { Over } from '../compatibility/record.js'
import { defaultTables } from '../quay/default-tables.js'
import type { Scenario } from '../scenario.js'
import { tell, type Setting } from '../setting.js'
import { failToPush, failToTag, pushAndPull, types } from './policy.js'

const overs: readonly Over[] = ['http, login', 'https, login']

/**
 * conftest.dev, "Sharing policies": a bundle of Rego policies and their data is pushed, pulled by somebody else, and
 * tested with. Quay has its types on the list since 3.9, and no list since 3.12.
 */
export const opaPolicy: Scenario = {
  name: 'opa-policy',
  title: 'conftest pushes policies and pulls them, where a Quay takes them',
  clients: ['conftest'],
  async run(context) {
    for (const profile of ['quay-3.6', 'quay-3.7', 'quay-3.8'] as const) {
      const refuse = (setting: Setting): Promise<void> => failToPush(setting, named(profile), defaultTables[profile])
      await tell(context, ['https, login'], refuse, { profile, refused: [400] })
    }
    const untagged = (setting: Setting): Promise<void> => failToTag(setting, named('quay-3.7'))
    await tell(context, ['https, login'], untagged, { config: { ALLOWED_OCI_ARTIFACT_TYPES: table } })
    for (const profile of ['quay-3.11', 'quay-3.12'] as const) {
      await tell(context, overs, (setting) => pushAndPull(setting, named(profile)), { profile })
    }
    await tell(context, ['http', ...overs], (setting) => pushAndPull(setting, undefined))
  },
}

const table = { [types.config]: [types.policy, types.data] }

const named = (profile: string): string => profile.replace('quay-', 'Quay ')
