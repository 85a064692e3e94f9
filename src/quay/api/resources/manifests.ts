import { createHash } from 'node:crypto'
import { isDigest, type Digest } from '../../../route/names.js'
import { first } from '../../../route/query.js'
import { quayVersions } from '../../../profiles/quay.js'
import { updateRepository } from '../../directory/repositories.js'
import type { Label, Repository } from '../../directory/state.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import { answer, noContent, restRefusal } from '../answers.js'
import { isImage, layersSize, manifestLabels, readConfig, readManifest, type ReadManifest } from '../../manifest.js'
import { formatPage, type PageName } from '../paths.js'
import { formatDate } from '../python.js'
import { changeableRepository, readableRepository, storeName } from '../repository.js'
import { notFound, parameter, readBody, type ApiRequest, type Page } from '../request.js'
import { oneOf, text, type Schema } from '../schema.js'

const newLabel: Schema = {
  required: ['key', 'value', 'media_type'],
  properties: {
    key: text,
    value: text,
    media_type: { type: ['string', 'null'], ...oneOf('text/plain', 'application/json', null) },
  },
}

// Nobody but Quay and those who wrote these keys may give them.
const reservedPrefixes = [
  'com.docker.',
  'io.docker.',
  'org.dockerproject.',
  'org.opencontainers.',
  'io.cncf.',
  'io.kubernetes.',
  'io.k8s.',
  'io.quay',
  'com.coreos',
  'com.tectonic',
  'internal',
  'quay',
]

const labelKey = '^[a-z0-9](([a-z0-9]|[-.](?![.-]))*[a-z0-9])?$'

/** Manifests by digest, and their labels. */
export const manifestPages: Readonly<Partial<Record<PageName, Page>>> = {
  manifest: {
    async GET(request) {
      const repository = readableRepository(request)
      const { digest, manifest } = await pathManifest(request, repository)
      return answer(200, await manifestView(request, repository, digest, manifest))
    },
  },
  labels: {
    async GET(request) {
      const prefix = first(request.call.query, 'filter') ?? ''
      const labels = await labelsOf(request, readableRepository(request))
      return answer(200, { labels: labels.filter(({ key }) => key.startsWith(prefix)) })
    },
    async POST(request) {
      const repository = changeableRepository(request)
      const body = await readBody<{ key: string; value: string; media_type: string | null }>(request, newLabel)
      const reserved = [...reservedPrefixes, ...request.config.LABEL_KEY_RESERVED_PREFIXES]
      if (reserved.some((prefix) => body.key.startsWith(prefix))) throw restRefusal(400, 'Label has a reserved prefix')
      const { digest } = await pathManifest(request, repository)
      if (body.key.length > 255 || !new RegExp(labelKey).test(body.key)) {
        throw restRefusal(400, `Label is of an invalid format or missing please use ${labelKey} format for labels`)
      }
      const label: Label = {
        id: request.directory.uuid(),
        manifest: digest,
        key: body.key,
        value: body.value,
        mediaType: body.media_type ?? mediaTypeOf(body.value),
      }
      updateRepository(request.directory, repository, { labels: [...repository.labels, label] })
      const where = formatPage('label', { repository: storeName(repository), digest, label: label.id })
      return answer(201, { label: labelView(label, 'api') }, { Location: where })
    },
  },
  label: {
    async GET(request) {
      const labels = await labelsOf(request, readableRepository(request))
      const found = labels.find(({ id }) => id === parameter(request, 'label'))
      if (!found) throw notFound(request)
      return answer(200, found)
    },
    async DELETE(request) {
      const repository = changeableRepository(request)
      const labels = await labelsOf(request, repository)
      const found = labels.find(({ id }) => id === parameter(request, 'label'))
      if (!found) throw notFound(request)
      if (found.source_type !== 'api') throw new DirectoryRefusal('Cannot delete immutable label')
      const kept = repository.labels.filter(({ id }) => id !== found.id)
      updateRepository(request.directory, repository, { labels: kept })
      return noContent
    },
  },
}

async function pathManifest(
  request: ApiRequest,
  repository: Repository,
): Promise<{ digest: Digest; manifest: ReadManifest }> {
  const digest = parameter(request, 'digest')
  const manifest = isDigest(digest) ? await readManifest(request.store, storeName(repository), digest) : undefined
  if (!isDigest(digest) || !manifest) throw notFound(request)
  return { digest, manifest }
}

async function manifestView(
  { store, version, call }: ApiRequest,
  repository: Repository,
  digest: Digest,
  manifest: ReadManifest,
): Promise<object> {
  const { text: data, isList, config, layers } = manifest
  const old = quayVersions.indexOf(version) <= quayVersions.indexOf('3.7')
  const image = await readConfig(store, storeName(repository), manifest, call.at)
  const steps = (image?.history ?? []).filter(({ empty_layer }) => !empty_layer)
  const shown = layers.map(({ size, urls, digest: blob }, index) => {
    const { created_by, comment, author, created } = steps[index] ?? {}
    return {
      index,
      compressed_size: size,
      is_remote: (urls?.length ?? 0) > 0,
      urls: urls ?? null,
      command: created_by === undefined ? null : [created_by],
      comment: comment ?? null,
      author: author ?? null,
      blob_digest: blob,
      created_datetime: created === undefined ? null : formatDate(Date.parse(created)),
    }
  })
  // Of artifacts, the older versions list no layers.
  const listed = !isList && (isImage(manifest) || !old)
  return {
    digest,
    is_manifest_list: isList,
    manifest_data: data,
    config_media_type: config?.mediaType ?? null,
    ...(!old && { layers_compressed_size: layersSize(manifest) }),
    layers: listed ? shown : null,
  }
}

interface LabelView {
  readonly id: string
  readonly key: string
  readonly value: string
  readonly source_type: 'manifest' | 'api'
  readonly media_type: string
}

const labelView = (
  { id, key, value, mediaType }: Omit<Label, 'manifest'>,
  source: LabelView['source_type'],
): LabelView => ({
  id,
  key,
  value,
  source_type: source,
  media_type: mediaType,
})

async function labelsOf(request: ApiRequest, repository: Repository): Promise<readonly LabelView[]> {
  const { digest, manifest } = await pathManifest(request, repository)
  const own = await manifestLabels(request.store, storeName(repository), manifest, request.call.at)
  return [
    ...Object.entries(own).map(([key, value]) =>
      labelView({ id: stableId(`${digest} ${key}`), key, value, mediaType: mediaTypeOf(value) }, 'manifest'),
    ),
    ...repository.labels.filter((label) => label.manifest === digest).map((label) => labelView(label, 'api')),
  ]
}

// A label that stands in the manifest has no record of its own, and yet one id each time.
function stableId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function mediaTypeOf(value: string): string {
  if (!/^(?:\{.*\}|\[.*\])$/s.test(value)) return 'text/plain'
  try {
    JSON.parse(value)
    return 'application/json'
  } catch {
    // It only looks like JSON.
    return 'text/plain'
  }
}
