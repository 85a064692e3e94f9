import assert from 'node:assert/strict'
import { startRegistry } from '../../harness/index.js'
import type { Over } from '../compatibility/record.js'
import { writeConfig } from '../quay/config-file.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { defaultTables } from '../quay/default-tables.js'
import { tell, type Setting, type TellOptions } from '../setting.js'
import { cosigns, failToSign, signAndVerify } from './cosign.js'
import { failToPushChart, helms, pushChart } from './helm.js'
import { pushAndPull, pushAsDocumented, refuseSif } from './sif.js'
import { alone, completed, documented, helmFlag, withCosign, type Config } from './tables.js'
import { pushZstd } from './zstd.js'

/**
 * Quay's documentation, "Adding other OCI media types to Quay": what a Quay takes is on a list, which config.yaml
 * replaces. A SIF image is refused, then welcome; a list that forgets cosign has cosign refused until it is added by
 * hand; Helm has a flag of its own; zstd needs nothing.
 */
export const quayArtifactTypes: Scenario = {
  name: 'quay-artifact-types',
  title: 'what Quay takes is on a list: SIF images, signatures of cosign, charts, layers of zstd',
  clients: ['oras', 'podman', ...helms.map(({ client }) => client), ...cosigns.map(({ id }) => id)],
  async run(context) {
    await withDefaultTables(context)
    await asDocumented(context)
    await withoutCosign(context)
    await withHelmFlag(context)
  },
}

const secure: Over = 'https, login'

async function withDefaultTables(context: ScenarioContext): Promise<void> {
  for (const [profile, unknown] of Object.entries(defaultTables)) {
    const name = profile as keyof typeof defaultTables
    await tell(context, [secure], (setting) => refuseSif(setting, name, unknown), { profile: name, refused: [400] })
  }
  const open = async (setting: Setting): Promise<void> => {
    setting.say('quay-3.12, which has no list: a SIF image')
    await pushAndPull(setting, 'pushed')
  }
  await tell(context, [secure], open, { profile: 'quay-3.12' })
}

async function asDocumented(context: ScenarioContext): Promise<void> {
  const stories = async (setting: Setting): Promise<void> => {
    await pushAsDocumented(setting, documented.welcome)
    await signAndVerify(setting, "with the documentation's table")
    await pushZstd(setting)
  }
  await withConfig(context, "the documentation's example", documented, stories, { refused: [400] })
  const allowed = (setting: Setting): Promise<void> => pushAndPull(setting, 'pushed')
  await withConfig(context, 'with what the warning asks for', completed, allowed)
}

async function withoutCosign(context: ScenarioContext): Promise<void> {
  const lost = async (setting: Setting): Promise<void> => {
    await pushAndPull(setting, 'pushed')
    await failToSign(setting, 'with a table that forgets it', alone.welcome)
    await pushZstd(setting)
  }
  await withConfig(context, 'a table in place of the default one', alone, lost, { refused: [400] })
  const found = (setting: Setting): Promise<void> => signAndVerify(setting, 'with its types added by hand')
  await withConfig(context, 'cosign, added by hand', withCosign, found)
}

async function withHelmFlag(context: ScenarioContext): Promise<void> {
  for (const helm of helms) {
    const { off, neither, on } = helmFlag
    const options = { profile: helm.profile, over: 'http, login' as const, refused: helm.refused }
    const push = (setting: Setting): Promise<void> => pushChart(setting, helm)
    await withConfig(context, 'Helm without its flag, by the default table', off, push, options)
    const fail = (setting: Setting): Promise<void> => failToPushChart(setting, helm, neither.welcome)
    const refused = [400, ...helm.refused]
    await withConfig(context, 'Helm neither by flag nor by table', neither, fail, { ...options, refused })
    await withConfig(context, 'Helm by its flag', on, push, options)
    await withConfig(context, "Helm by the documentation's example", documented, push, options)
  }
}

interface WithConfigOptions extends Omit<TellOptions, 'config'> {
  /** @default 'https, login' */
  readonly over?: Over
}

/** Tells stories on a Quay that a config.yaml is for, after having seen what is said of that. */
async function withConfig(
  context: ScenarioContext,
  heading: string,
  { text, warnings }: Config,
  stories: (setting: Setting) => Promise<void>,
  { over = secure, profile = 'quay-3.7', ...options }: WithConfigOptions = {},
): Promise<void> {
  context.say(`${profile}: ${heading}`)
  // Somebody's home, to write it in.
  await using writer = await startRegistry()
  const file = await writeConfig(context.desk(writer.env(), { clients: [] }), text, profile)
  assert.deepEqual(file.warnings, warnings)
  const told = async (setting: Setting): Promise<void> => {
    assert.deepEqual(setting.registry.warnings, warnings)
    await stories(setting)
  }
  await tell(context, [over], told, { ...options, profile, config: file.path })
}
