import { mediaTypes } from '../../src/protocol/media-types.js'

/**
 * Types of what is attached to images, and cannot be run: signatures and attestations of cosign, bundles of sigstore in
 * all versions, and the SBOMs that `cosign attach` pushes.
 */
const attached =
  /^(?:application\/vnd\.dev\.cosign\.simplesigning\.v1\+json|application\/vnd\.dsse\.envelope\.v1\+json|application\/vnd\.dev\.sigstore\.bundle\b.*|text\/spdx(?:\+\w+)?|application\/vnd\.cyclonedx(?:\+\w+)?|application\/vnd\.syft\+json)$/

const indexes: ReadonlySet<string> = new Set([mediaTypes.imageIndex, mediaTypes.dockerManifestList])

/**
 * Whether a manifest is something that is attached to an image. What it says it is made of decides, and not its tag:
 * an image could be pushed with that of a signature.
 */
export function isAttachment(bytes: Buffer): boolean {
  const layers = readMembers(bytes)['layers']
  return (
    Array.isArray(layers) &&
    layers.length > 0 &&
    layers.every((layer: { mediaType?: unknown } | null) => attached.test(String(layer?.mediaType)))
  )
}

/**
 * Whether a manifest is the list of an image's referrers (distribution-spec 1.1 "Referrers Tag Schema"): an index
 * behind such a tag. What it lists is looked at when it is pulled.
 */
export const isReferrersTag = (tag: string | undefined, mediaType: string | undefined): boolean =>
  tag !== undefined && /^sha(?:256-[a-f\d]{64}|512-[a-f\d]{64,128})$/.test(tag) && indexes.has(mediaType ?? '')

function readMembers(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(bytes.toString()) ?? {}) as Record<string, unknown>
  } catch {
    // Whatever it is, it is no attachment.
    return {}
  }
}
