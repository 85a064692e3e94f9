import type { Over } from './compatibility/record.js'
import { useAccounts } from './podman-image/accounts.js'
import { buildWithBuildah } from './podman-image/buildah.js'
import { copyImages, inspectImages, syncImages } from './podman-image/copy.js'
import { pullUntrusting, pushAndPull, pushAndPullIndex } from './podman-image/push-and-pull.js'
import { deleteImages, searchTags } from './podman-image/tags.js'
import type { Scenario } from './scenario.js'
import { tell } from './setting.js'

const overs: readonly Over[] = ['http', 'https', 'https, login']

/**
 * The manual pages of podman, skopeo and buildah that speak of registries: what one machine built and pushed, another one
 * pulls, byte for byte, as OCI image, as Docker schema 2 and as an index of two platforms; images are inspected, copied,
 * synchronised, searched and deleted. Over http, and over https with the registry's CA in certs.d.
 */
export const podmanImage: Scenario = {
  name: 'podman-image',
  title: 'podman, skopeo and buildah build, push, copy, search and delete images',
  clients: ['podman', 'skopeo', 'buildah'],
  async run(context) {
    await tell(context, overs, async (setting) => {
      await pushAndPull(setting)
      await pushAndPullIndex(setting)
      if (setting.over === 'https') return pullUntrusting(setting)
      await inspectImages(setting)
      await copyImages(setting)
      await syncImages(setting)
      await searchTags(setting)
      await deleteImages(setting)
      await buildWithBuildah(setting)
    })
    await useAccounts(context)
  },
}
