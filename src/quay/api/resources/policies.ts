import { quayVersions } from '../../../profiles/quay.js'
import { addPolicy, changePolicy, dropPolicy, policiesFor, type PolicyTarget } from '../../directory/policies.js'
import type { Policy } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import { administeredRepository } from '../repository.js'
import {
  accountAdmin,
  administeredOrganization,
  invalidRequest,
  notFound,
  parameter,
  readBody,
  type ApiRequest,
  type ApiState,
  type Page,
} from '../request.js'
import { text, type Schema } from '../schema.js'

/** Which policies a page is about. @throws ApiRefusal for whoever may not see them. */
type Target = (request: ApiRequest) => PolicyTarget

interface Kind {
  readonly schema: Schema
  readonly hidden: (state: ApiState) => boolean
  readonly duplicate: string
}

const kinds: Readonly<Record<Policy['kind'], Kind>> = {
  autoprune: {
    schema: {
      required: ['method', 'value'],
      properties: {
        method: text,
        value: { type: ['integer', 'string'] },
        tagPattern: text,
        tagPatternMatches: { type: 'boolean' },
      },
    },
    hidden: ({ config, version }) =>
      !config.FEATURE_AUTO_PRUNE || quayVersions.indexOf(version) < quayVersions.indexOf('3.11'),
    duplicate: 'Policy for this namespace already exists, delete existing to create new policy',
  },
  immutability: {
    schema: { required: ['tagPattern'], properties: { tagPattern: text, tagPatternMatches: { type: 'boolean' } } },
    hidden: ({ config }) => !config.FEATURE_IMMUTABLE_TAGS,
    duplicate: 'A policy with this tag pattern already exists',
  },
}

const ofOrganization =
  (kind: Policy['kind']): Target =>
  (request) => ({ kind, namespace: administeredOrganization(request).name, repository: null })

const ofRepository =
  (kind: Policy['kind']): Target =>
  (request) => {
    const { namespace, name } = administeredRepository(request)
    return { kind, namespace, repository: name }
  }

const ofUser: Target = (request) => ({
  kind: 'autoprune',
  namespace: accountAdmin(request).username,
  repository: null,
})

type Rule = Policy['rule']

const listPage = (kind: Policy['kind'], target: Target): Page => ({
  hidden: kinds[kind].hidden,
  GET: (request) => answer(200, { policies: policiesFor(request.directory, target(request)).map(view) }),
  async POST(request) {
    const where = target(request)
    const rule = ruleOf(kind, await readBody<Rule>(request, kinds[kind].schema))
    const others = policiesFor(request.directory, where)
    const duplicate =
      kind === 'autoprune' ? others.length > 0 : others.some((one) => one.rule['tagPattern'] === rule['tagPattern'])
    if (duplicate) throw invalidRequest(request, kinds[kind].duplicate)
    return answer(201, { uuid: addPolicy(request.directory, where, rule).uuid })
  },
})

const policyPage = (kind: Policy['kind'], target: Target): Page => ({
  hidden: kinds[kind].hidden,
  GET: (request) => answer(200, view(pathPolicy(request, target))),
  async PUT(request) {
    const found = pathPolicy(request, target)
    changePolicy(request.directory, found, ruleOf(kind, await readBody<Rule>(request, kinds[kind].schema)))
    return noContent
  },
  DELETE(request) {
    const found = pathPolicy(request, target)
    dropPolicy(request.directory, found)
    return answer(200, { uuid: found.uuid })
  },
})

/** Rules for pruning tags and for keeping them as they are. They are kept and shown; nothing carries them out. */
export const policyPages: Readonly<Partial<Record<PageName, Page>>> = {
  autoPrunePolicies: listPage('autoprune', ofOrganization('autoprune')),
  autoPrunePolicy: policyPage('autoprune', ofOrganization('autoprune')),
  userAutoPrunePolicies: listPage('autoprune', ofUser),
  userAutoPrunePolicy: policyPage('autoprune', ofUser),
  repositoryAutoPrunePolicies: listPage('autoprune', ofRepository('autoprune')),
  repositoryAutoPrunePolicy: policyPage('autoprune', ofRepository('autoprune')),
  immutabilityPolicies: listPage('immutability', ofOrganization('immutability')),
  immutabilityPolicy: policyPage('immutability', ofOrganization('immutability')),
  repositoryImmutabilityPolicies: listPage('immutability', ofRepository('immutability')),
  repositoryImmutabilityPolicy: policyPage('immutability', ofRepository('immutability')),
}

function ruleOf(kind: Policy['kind'], body: Rule): Rule {
  const { method, value, tagPattern, tagPatternMatches } = body
  if (kind === 'immutability') return { tagPattern, tagPatternMatches: tagPatternMatches ?? true }
  return {
    method,
    value,
    ...(tagPattern !== undefined && { tagPattern, tagPatternMatches: tagPatternMatches ?? true }),
  }
}

const view = ({ uuid, rule }: Policy): object => ({ uuid, ...rule })

function pathPolicy(request: ApiRequest, target: Target): Policy {
  const uuid = parameter(request, 'uuid')
  const found = policiesFor(request.directory, target(request)).find((one) => one.uuid === uuid)
  if (!found) throw notFound(request)
  return found
}
