import { findNamespace, updateNamespace } from '../../directory/namespaces.js'
import type { Quota } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import {
  accountAdmin,
  administers,
  invalidRequest,
  isMember,
  isSuper,
  notFound,
  parameter,
  pathOrganization,
  readBody,
  unauthorized,
  type ApiRequest,
  type ApiState,
  type Page,
} from '../request.js'
import { text, type Schema } from '../schema.js'

const hidden = ({ config }: ApiState): boolean => !config.FEATURE_QUOTA_MANAGEMENT

const size: Schema['properties'] = { limit_bytes: { type: 'integer' } }
const limit: Schema['properties'] = { type: text, threshold_percent: { type: 'integer' } }

/** What a namespace may hold. Nobody measures it: that is a worker's task. */
export const quotaPages: Readonly<Partial<Record<PageName, Page>>> = {
  quotas: {
    hidden,
    GET: (request) => answer(200, viewable(request).map(quotaView)),
    async POST(request) {
      const name = changeable(request)
      const body = await readBody<{ limit_bytes: number }>(request, { required: ['limit_bytes'], properties: size })
      if (quotasOf(request, name).length > 0) {
        throw invalidRequest(request, `Organization quota for '${name}' already exists`)
      }
      updateNamespace(request.directory, name, { quotas: [{ id: 1, limitBytes: body.limit_bytes, limits: [] }] })
      return answer(201, 'Created')
    },
  },
  quota: {
    hidden,
    GET: (request) => answer(200, quotaView(pathQuota(request, viewable(request)))),
    async PUT(request) {
      const name = changeable(request)
      const quota = pathQuota(request, quotasOf(request, name))
      const body = await readBody<{ limit_bytes?: number }>(request, { properties: size })
      return answer(200, quotaView(put(request, name, { ...quota, limitBytes: body.limit_bytes ?? quota.limitBytes })))
    },
    DELETE(request) {
      const name = changeable(request)
      pathQuota(request, quotasOf(request, name))
      updateNamespace(request.directory, name, { quotas: [] })
      return noContent
    },
  },
  quotaLimits: {
    hidden,
    GET: (request) => answer(200, quotaView(pathQuota(request, viewable(request))).limits),
    async POST(request) {
      const name = changeable(request)
      const required = ['type', 'threshold_percent']
      const body = await readBody<{ type: string; threshold_percent: number }>(request, { required, properties: limit })
      const quota = pathQuota(request, quotasOf(request, name))
      if (quota.limits.some(({ type, percent }) => type === body.type && percent === body.threshold_percent)) {
        throw invalidRequest(request, 'Quota limit already exists')
      }
      const id = Math.max(0, ...quota.limits.map((one) => one.id)) + 1
      put(request, name, {
        ...quota,
        limits: [...quota.limits, { id, type: body.type, percent: body.threshold_percent }],
      })
      return answer(201, 'Created')
    },
  },
  quotaLimit: {
    hidden,
    GET: (request) => answer(200, limitView(pathLimit(request, pathQuota(request, viewable(request))))),
    async PUT(request) {
      const name = changeable(request)
      const quota = pathQuota(request, quotasOf(request, name))
      const before = pathLimit(request, quota)
      const body = await readBody<{ type?: string; threshold_percent?: number }>(request, { properties: limit })
      const after = { ...before, type: body.type ?? before.type, percent: body.threshold_percent ?? before.percent }
      const limits = quota.limits.map((one) => (one === before ? after : one))
      return answer(200, quotaView(put(request, name, { ...quota, limits })))
    },
    DELETE(request) {
      const name = changeable(request)
      const quota = pathQuota(request, quotasOf(request, name))
      const gone = pathLimit(request, quota)
      put(request, name, { ...quota, limits: quota.limits.filter((one) => one !== gone) })
      return noContent
    },
  },
  userQuotas: {
    hidden,
    GET: (request) => answer(200, accountAdmin(request).quotas.map(quotaView)),
  },
  userQuota: {
    hidden,
    GET: (request) => answer(200, quotaView(pathQuota(request, accountAdmin(request).quotas))),
  },
}

/** A quota and its limits. */
export const quotaView = ({
  id,
  limitBytes,
  limits,
}: Quota): { id: number; limit_bytes: number; limits: object[] } => ({
  id,
  limit_bytes: limitBytes,
  limits: limits.map(limitView),
})

const limitView = ({ id, type, percent }: Quota['limits'][number]): object => ({ id, type, limit_percent: percent })

const quotasOf = ({ directory }: ApiRequest, name: string): readonly Quota[] =>
  findNamespace(directory, name)?.quotas ?? []

function viewable(request: ApiRequest): readonly Quota[] {
  if (!isMember(request, parameter(request, 'organization')) && !isSuper(request)) throw unauthorized(request)
  return pathOrganization(request).quotas
}

function changeable(request: ApiRequest): string {
  if (!isSuper(request) && !administers(request, parameter(request, 'organization'))) throw unauthorized(request)
  return pathOrganization(request).name
}

function pathQuota(request: ApiRequest, quotas: readonly Quota[]): Quota {
  const quota = quotas.find(({ id }) => String(id) === parameter(request, 'quota'))
  if (!quota) throw notFound(request)
  return quota
}

function pathLimit(request: ApiRequest, { limits }: Quota): Quota['limits'][number] {
  const found = limits.find(({ id }) => String(id) === parameter(request, 'limit'))
  if (!found) throw notFound(request)
  return found
}

function put({ directory }: ApiRequest, name: string, quota: Quota): Quota {
  updateNamespace(directory, name, { quotas: [quota] })
  return quota
}
