import { mediaTypes } from '../../../src/protocol/media-types.js'
import type { IndexSpec } from '../image-index.js'
import { platformMembers } from './image.js'
import { describeManifest, madeOf, subjectMember, type Made } from './made.js'

/** Makes an index (image-spec 1.1 "image-index.md"), or Docker's manifest list. @param parts.children Those of the description, made. */
export function makeIndex(
  spec: IndexSpec,
  { children, subject }: { readonly children: readonly Made[]; readonly subject: Made | undefined },
): Made {
  const { format = 'oci', annotations, artifactType } = spec
  const manifest = {
    schemaVersion: 2,
    mediaType: format === 'oci' ? mediaTypes.imageIndex : mediaTypes.dockerManifestList,
    ...(artifactType !== undefined && { artifactType }),
    manifests: children.map((child, position) => {
      const platform = spec.children[position]?.platform ?? child.platform
      const { artifactType: type } = child.manifest
      return {
        ...describeManifest(child),
        ...(typeof type === 'string' && format === 'oci' && { artifactType: type }),
        ...(platform !== undefined && { platform: platformMembers(platform) }),
      }
    }),
    ...subjectMember(subject),
    ...(annotations && { annotations }),
  }
  return madeOf(manifest, { children })
}
