import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quayCosigns } from '../quay-cosign/versions.js'
import { quayHelms } from '../quay-helm/versions.js'
import { quayServer, startQuay, type QuayServer } from '../quay/server.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { alice } from '../people.js'
import { fillQuay, pullWhatIsThere } from './before.js'
import { pushImage, pushChart, signImage } from './refused.js'

/**
 * Red Hat Quay 3.7, "OCI Support and Red Hat Quay", 13.7 "Disabling OCI artifacts in Quay": the line that the
 * documentation gives is put into the config.yaml of a Quay in use.
 */
export const quayOciOff: Scenario = {
  name: 'quay-oci-off',
  title: 'Quay without OCI support refuses charts and signatures, and takes images as Docker schema 2',
  clients: [
    ...quayHelms.map(({ client }) => client),
    ...quayCosigns.map(({ cosign }) => cosign.id),
    'podman',
    'skopeo',
  ],
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'quay-oci-off-'))
    try {
      await play(context, folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function play(context: ScenarioContext, folder: string): Promise<void> {
  const config = join(folder, 'config.yaml')
  // What Quay knows and what was pushed outlast a restart.
  const start = (): Promise<QuayServer> =>
    startQuay(context, { config, accounts: [alice], storage: { disk: join(folder, 'storage') } })

  writeFileSync(config, `SERVER_HOSTNAME: ${quayServer}:0\n`)
  await using before = await start()
  assert.deepEqual(before.registry.warnings, [])
  const kept = await fillQuay(context, before)
  await before.registry.close()

  context.say('Set FEATURE_GENERAL_OCI_SUPPORT to False, as the documentation writes it')
  writeFileSync(config, `SERVER_HOSTNAME: ${quayServer}:0\n...\nFEATURE_GENERAL_OCI_SUPPORT = False\n...\n`)
  await using quay = await start()
  await quay.desk({ clients: [] }).sh`cat ${config}`
  assert.deepEqual(quay.registry.warnings, [
    'line 3: "FEATURE_GENERAL_OCI_SUPPORT = False" is no YAML, and Quay does not start with it: ' +
      'write FEATURE_GENERAL_OCI_SUPPORT: False',
  ])
  await pullWhatIsThere(context, quay, kept)
  for (const helm of quayHelms) await pushChart(context, quay, helm)
  await pushImage(context, quay)
  for (const version of quayCosigns) await signImage(context, quay, version)
}
