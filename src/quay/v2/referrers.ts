import type { Call, Reply } from '../../protocol/call.js'
import { mediaTypes } from '../../protocol/media-types.js'
import { isDigest } from '../../route/names.js'
import { first } from '../../route/query.js'
import type { Route } from '../../route/route.js'
import type { Descriptor } from '../../store/store.js'
import { asciiJson } from '../api/python.js'
import type { QuayRegistry } from '../quay.js'
import { manifestInvalid } from './errors.js'
import { textReply } from './pages.js'
import { isLedTo } from './reach.js'

type ReferrersCall = Call<Extract<Route, { readonly kind: 'referrers' }>>

/**
 * Lists referrers (endpoints/v2/referrers.py, 3.12): a subject that is not here is an error, `artifactType` is that of the
 * manifest alone, the children of an index under the fallback tag are listed too, and the annotations of all entries
 * stand on the index as well. Not paged; JSON indented by three.
 */
export async function listReferrers(call: ReferrersCall, quay: QuayRegistry): Promise<Reply> {
  const { repository, digest } = call.route
  if (!(await isLedTo(quay, repository, digest, { at: call.at, hidden: false }))) throw manifestInvalid('')
  const filter = first(call.query, 'artifactType')
  const found = new Map<string, Descriptor>()
  const { items } = await quay.store.referrers(repository, digest, { limit: Infinity })
  for (const { digest: referrer } of items) {
    const descriptor = await ownDescriptor(quay, repository, referrer)
    if (descriptor) found.set(descriptor.digest, descriptor)
  }
  for (const descriptor of await fallbackEntries(quay, repository, digest)) found.set(descriptor.digest, descriptor)
  const manifests = [...found.values()].filter(({ artifactType }) => !filter || artifactType === filter)
  const annotations: Record<string, string> = {}
  for (const entry of manifests) Object.assign(annotations, entry.annotations)
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.imageIndex,
    manifests,
    ...(Object.keys(annotations).length > 0 && { annotations }),
  }
  return textReply(
    200,
    asciiJson(index, 3),
    filter === undefined ? {} : { 'OCI-Filters-Applied': 'artifactType' },
    mediaTypes.imageIndex,
  )
}

// A manifest as an entry: the artifact type that stands in it, and not that of its configuration.
async function ownDescriptor(quay: QuayRegistry, repository: string, digest: Descriptor['digest']) {
  const [entry, bytes] = await Promise.all([
    quay.store.manifest(repository, digest),
    quay.store.manifestBytes(repository, digest),
  ])
  if (!entry || !bytes) return undefined
  const { artifactType } = JSON.parse(bytes.toString()) as { artifactType?: string }
  const { mediaType, size, annotations } = entry
  return { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) }
}

async function fallbackEntries(
  quay: QuayRegistry,
  repository: string,
  subject: Descriptor['digest'],
): Promise<readonly Descriptor[]> {
  const digest = await quay.store.tag(repository, subject.replace(':', '-'))
  const entry = digest && (await quay.store.manifest(repository, digest))
  if (!digest || entry?.mediaType !== mediaTypes.imageIndex) return []
  const { manifests = [] } = JSON.parse(String(await quay.store.manifestBytes(repository, digest))) as {
    manifests?: readonly Descriptor[]
  }
  return manifests.filter((one) => isDigest(one.digest))
}
