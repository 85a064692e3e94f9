import { isDigest, isTag } from '../../../route/names.js'
import { first } from '../../../route/query.js'
import { retag } from '../../history/retag.js'
import type { TagEntry } from '../../history/tag-history.js'
import { answer, noContent, restRefusal } from '../answers.js'
import { layersSize, readManifest } from '../../manifest.js'
import type { PageName } from '../paths.js'
import { formatDate } from '../python.js'
import { changeableRepository, readableRepository, storeName } from '../repository.js'
import {
  flag,
  integer,
  invalidRequest,
  malformed,
  notFound,
  parameter,
  readBody,
  type ApiRequest,
  type Page,
} from '../request.js'
import { text, type Schema } from '../schema.js'

const tagChange: Schema = {
  properties: { manifest_digest: { type: ['string', 'null'] }, expiration: { type: ['number', 'null'] } },
}

const invalidTag = 'Invalid tag: must match [A-Za-z0-9_.-], NOT start with "." or "-", and can contain 1-128 characters'

/** Tags of a repository and their history. */
export const tagPages: Readonly<Partial<Record<PageName, Page>>> = {
  tags: { GET: list },
  tag: {
    async PUT(request) {
      const where = storeName(changeableRepository(request))
      const body = await readBody<{ manifest_digest?: string | null; expiration?: number | null }>(request, tagChange)
      const tag = parameter(request, 'tag')
      if (!isTag(tag)) throw restRefusal(400, invalidTag)
      if (body.expiration !== undefined) changeExpiration(request, where, tag, body.expiration)
      if (body.manifest_digest !== undefined) await move(request, where, tag, body.manifest_digest)
      return answer(201, 'Updated')
    },
    async DELETE(request) {
      const { store, history, call } = request
      const where = storeName(changeableRepository(request))
      const tag = parameter(request, 'tag')
      if (!history.current(where, tag, call.at)) throw notFound(request)
      await store.deleteTag(where, tag, call.at)
      if (flag(request, 'skipRecoveryPeriod')) history.forget(where, tag)
      return noContent
    },
  },
  tagRestore: {
    async POST(request) {
      const { history, call } = request
      const where = storeName(changeableRepository(request))
      const body = await readBody<{ manifest_digest?: string }>(request, { properties: { manifest_digest: text } })
      const digest = body.manifest_digest
      if (digest === undefined) throw invalidRequest(request, 'Missing manifest_digest')
      if (!isDigest(digest) || !history.remembers(where, digest, call.at)) throw notFound(request)
      const tag = parameter(request, 'tag')
      await move(request, where, tag, digest)
      history.markReversion(where, tag)
      return answer(200, {})
    },
  },
}

async function list(request: ApiRequest): Promise<ReturnType<typeof answer>> {
  const { history, call } = request
  const where = storeName(readableRepository(request))
  const page = Math.max(1, integer(request, 'page', 1))
  const limit = Math.min(100, Math.max(1, integer(request, 'limit', 50)))
  const found = history.list(where, {
    at: call.at,
    matches: filterOf(request),
    active: flag(request, 'onlyActiveTags'),
    page,
    limit,
  })
  const tags = await Promise.all(found.entries.map((entry) => tagView(request, where, entry)))
  return answer(200, { tags, page, has_additional: found.more })
}

function filterOf({ call }: ApiRequest): (tag: string) => boolean {
  const specific = first(call.query, 'specificTag') || undefined
  const filter = first(call.query, 'filter_tag_name') || undefined
  const [, operation, value = ''] = /^([^:]*):(.*)$/s.exec(filter ?? '') ?? []
  if (filter !== undefined && operation === undefined) {
    throw restRefusal(
      400,
      "Unsupported syntax for filter_tag_name. Expected <operation>:<tag_name> where <operation>can be 'like' or 'eq'.",
    )
  }
  return (tag) =>
    (specific === undefined || tag === specific) &&
    (operation !== 'eq' || tag === value) &&
    (operation !== 'like' || tag.includes(value))
}

async function tagView({ store }: ApiRequest, where: string, entry: TagEntry): Promise<object> {
  const { tag, digest, start, end, reversion } = entry
  const manifest = await readManifest(store, where, digest)
  return {
    name: tag,
    reversion,
    start_ts: Math.floor(start / 1000),
    ...(end !== null && { end_ts: Math.floor(end / 1000) }),
    manifest_digest: digest,
    is_manifest_list: manifest?.isList ?? false,
    size: manifest ? layersSize(manifest) : null,
    last_modified: formatDate(start),
    ...(end !== null && { expiration: formatDate(end) }),
  }
}

function changeExpiration(request: ApiRequest, where: string, tag: string, expiration: number | null): void {
  const { history, call } = request
  if (!history.current(where, tag, call.at)) throw notFound(request)
  const end = expiration === null ? null : Math.trunc(expiration) * 1000
  if (end !== null && end <= call.at) throw malformed()
  history.setEnd(where, tag, end, call.at)
}

async function move(request: ApiRequest, where: string, tag: string, digest: string | null): Promise<void> {
  const { store, call, beforeTag } = request
  if (digest === null || !isDigest(digest)) throw notFound(request)
  await beforeTag({ repository: where, digest, tag, account: call.account })
  const moved = await retag(store, where, { tag, digest, at: call.at })
  if (!moved) throw notFound(request)
}
