import { callerMay, callerRefusal } from '../../access/admission.js'
import { jsonReply, type Call, type Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import type { ChartRoute } from '../../route/chart-route.js'
import { isRepositoryName, isTag } from '../../route/names.js'
import { putBlob } from '../../store/put-blob.js'
import { ChartError } from '../chart/chart-error.js'
import type { ChartMetadata } from '../chart/metadata.js'
import { readChart } from '../chart/read.js'
import { rfc3339, type ChartVersion } from '../index/chart-version.js'
import { tagOf } from '../index/organization.js'
import { callFor, organizationFor, seenBy, type ChartContext } from './context.js'
import { boundaryOf, readForm } from './form.js'
import { chartManifest } from './manifest.js'
import { chartOfProvenance } from './provenance.js'

type UploadCall = Call<Extract<ChartRoute, { readonly kind: 'charts' | 'chartProvenances' }>>

/** What an upload may have in all; ChartMuseum takes as much unless it is told otherwise. */
const largestUpload = 20 << 20
const largestProvenance = 1 << 20

const saved = (): Reply => jsonReply(201, { saved: true })

/**
 * Uploads a chart as ChartMuseum takes it: its package as the body, or as the field `chart` of a form, which may have its
 * provenance as `prov`. It becomes what `helm push` would have made of it. With `?force` it takes the place of one that
 * is there.
 */
export async function uploadChart(call: UploadCall, context: ChartContext): Promise<Reply> {
  const body = await readBody(call)
  const boundary = boundaryOf(call.headers)
  if (boundary === undefined) return saveChart(call, context, { chart: body, conflict: () => 'file already exists' })
  const form = readForm(body, boundary)
  const [chart, provenance] = [form.get('chart'), form.get('prov')]
  if (chart) {
    const conflict = (file: string): string => `${call.route.organization}/${file} already exists`
    return saveChart(call, context, { chart, provenance, conflict })
  }
  if (provenance) return saveProvenance(call, context, provenance)
  throw new RegistryError('BAD_REQUEST', 'no package or provenance file found in form fields chart and prov')
}

/** Uploads the provenance of a chart that is there. */
export async function uploadProvenance(call: UploadCall, context: ChartContext): Promise<Reply> {
  return saveProvenance(call, context, await readBody(call))
}

interface Upload {
  readonly chart: Buffer
  readonly provenance?: Buffer | undefined
  /** What is said when a package of this name is there. */
  readonly conflict: (file: string) => string
}

async function saveChart(call: UploadCall, context: ChartContext, upload: Upload): Promise<Reply> {
  const { chart, provenance, conflict } = upload
  const metadata = await metadataIn(chart)
  checkProvenance(metadata, provenance)
  const { name, version } = metadata
  const file = `${name}-${version}.tgz`
  const there = (await organizationFor(context, call)).find(file, seenBy(call))
  const repository = there?.repository ?? `${call.route.organization}/${name}`
  checkNames(repository, version)
  if (!callerMay(call, repository, 'push')) throw callerRefusal(call, repository, 'push')
  const force = call.query.has('force')
  if (there && !force) throw exists(conflict(file))
  await put(call, context, {
    repository,
    metadata,
    chart,
    provenance,
    created: rfc3339(call.at - (call.at % 1000)),
    force,
  }).catch((error: unknown) => {
    // Somebody was quicker.
    throw error instanceof RegistryError && error.code === 'PRECONDITION_FAILED' ? exists(conflict(file)) : error
  })
  return saved()
}

async function saveProvenance(call: UploadCall, context: ChartContext, provenance: Buffer): Promise<Reply> {
  const named = chartOfProvenance(provenance)
  if (!named) throw notProvenance()
  const file = `${named.name}-${named.version}.tgz`
  const there = (await organizationFor(context, call)).find(file, seenBy(call))
  if (!there) throw new RegistryError('NOT_FOUND', `upload the chart before its provenance: there is no ${file}`)
  const { repository, metadata, created } = there
  checkProvenance(metadata, provenance)
  if (!callerMay(call, repository, 'push')) throw callerRefusal(call, repository, 'push')
  if (there.provenance && !call.query.has('force')) throw exists('file already exists')
  await put(call, context, {
    repository,
    metadata,
    chart: await packageOf(context, there, call),
    provenance,
    created,
    force: true,
  })
  return saved()
}

interface Push {
  readonly repository: string
  readonly metadata: ChartMetadata
  readonly chart: Buffer
  readonly provenance: Buffer | undefined
  readonly created: string
  readonly force: boolean
}

async function put(call: Call, { store, forward }: ChartContext, push: Push): Promise<void> {
  const { repository, metadata, chart, provenance, created, force } = push
  const { mediaType, bytes, blobs } = chartManifest(metadata, chart, provenance, created)
  for (const blob of blobs) await putBlob(store, repository, blob, call.at)
  const headers = { 'content-type': mediaType, ...(!force && { 'if-none-match': '*' }) }
  const route = { kind: 'manifest', repository, reference: { tag: tagOf(metadata.version) } } as const
  await forward(callFor(call, 'PUT', route, { headers, body: [bytes] }))
}

async function metadataIn(chart: Buffer): Promise<ChartMetadata> {
  try {
    return (await readChart(chart, { packed: largestUpload })).metadata
  } catch (error) {
    if (error instanceof ChartError) throw new RegistryError('BAD_REQUEST', error.message, { cause: error })
    throw error
  }
}

function checkNames(repository: string, version: string): void {
  if (!isRepositoryName(repository)) {
    throw new RegistryError(
      'NAME_INVALID',
      `${repository.slice(0, 100)} cannot be a repository, which an uploaded chart is put into: lower-case letters and digits, with single . _ or - between them`,
    )
  }
  if (!isTag(tagOf(version))) throw new RegistryError('TAG_INVALID', 'the version is too long for a tag')
}

/** A provenance must be about the chart that it comes with: Helm would find out much later. */
function checkProvenance({ name, version }: ChartMetadata, provenance: Buffer | undefined): void {
  if (!provenance) return
  const named = provenance.length > largestProvenance ? undefined : chartOfProvenance(provenance)
  if (!named) throw notProvenance()
  if (named.name !== name || named.version !== version) {
    throw new RegistryError('BAD_REQUEST', `the provenance is that of another chart than ${name} ${version}`)
  }
}

const notProvenance = (): RegistryError =>
  new RegistryError('BAD_REQUEST', 'this is no provenance: it is a signed message that names a chart and its version')

const exists = (message: string): RegistryError => new RegistryError('DENIED', message, { status: 409 })

async function packageOf({ store }: ChartContext, { repository, chart }: ChartVersion, { at }: Call): Promise<Buffer> {
  const blob = await store.blob(repository, chart.digest, at)
  if (!blob) throw new RegistryError('BLOB_UNKNOWN', 'the package of the chart is gone')
  if (blob.size > largestUpload) throw tooLarge()
  const content = blob.size === 0 ? Buffer.alloc(0) : blob.read(0, blob.size - 1)
  return Buffer.isBuffer(content) ? content : Buffer.concat((await content.toArray()) as Buffer[])
}

async function readBody({ body, headers }: Call): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > largestUpload) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > largestUpload) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (): RegistryError =>
  new RegistryError('SIZE_INVALID', `an upload may have ${largestUpload} bytes: push larger charts by OCI`, {
    status: 413,
  })
