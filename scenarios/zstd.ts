import type { Over } from './compatibility/record.js'
import type { Scenario } from './scenario.js'
import { tell } from './setting.js'
import { pushInFormat, formats } from './zstd/formats.js'
import { pullPartly } from './zstd/partial-pull.js'
import { pushAgain, pushAsSchema2 } from './zstd/traps.js'

const overs: readonly Over[] = ['http', 'https, login']

/**
 * podman-push(1), buildah-push(1) and skopeo-copy(1) on compression, and containers-storage.conf(5) on partial images:
 * layers are pushed as zstd and as zstd:chunked and pulled again; of the second kind a client that has some of the files
 * asks for the others alone.
 */
export const zstd: Scenario = {
  name: 'zstd',
  title: 'podman, buildah and skopeo push layers as zstd and zstd:chunked, and pull what they lack',
  clients: ['podman', 'buildah', 'skopeo'],
  async run(context) {
    await tell(context, overs, async (setting) => {
      for (const format of formats) await pushInFormat(setting, format)
      await pullPartly(setting)
      await pushAgain(setting)
      await pushAsSchema2(setting)
    })
  },
}
