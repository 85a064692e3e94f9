import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../harness/run.js'
import { alice } from '../people.js'
import type { Repositories } from './repository.js'

/** What `helm plugin install` puts there: the plugin itself is on PATH. */
const manifest = `name: cm-push
version: 0.11.1
usage: push a chart to ChartMuseum
description: push a chart to ChartMuseum
command: helm-cm-push
`

/** Runs commands of ChartMuseum's plugin, which has login and CA from its own variables. */
export function plugin({ env, registry, account, sh }: Repositories): Run {
  const folder = join(env['HELM_DATA_HOME'] ?? '', 'plugins/cm-push')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'plugin.yaml'), manifest)
  return sh({
    set: {
      ...(registry.caFile !== undefined && { HELM_REPO_CA_FILE: registry.caFile }),
      ...(account !== undefined && { HELM_REPO_USERNAME: alice.username, HELM_REPO_PASSWORD: alice.password }),
    },
  })
}
