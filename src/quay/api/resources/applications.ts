import { secretLengths } from '../../directory/secrets.js'
import type { Application, OAuthToken, Organization } from '../../directory/state.js'
import {
  createApplication,
  deleteApplication,
  deleteOAuthToken,
  oauthTokensOf,
  putApplication,
} from '../../directory/tokens.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import {
  accountAdmin,
  administeredOrganization,
  administers,
  notFound,
  parameter,
  readBody,
  type ApiRequest,
  type Page,
} from '../request.js'
import { text, type Schema } from '../schema.js'
import { avatar, organizationAvatar } from '../views.js'
import { organizationView } from './organizations.js'

const properties: Schema['properties'] = {
  name: text,
  redirect_uri: text,
  application_uri: text,
  description: text,
  avatar_email: text,
}

interface ApplicationBody {
  readonly name: string
  readonly redirect_uri?: string
  readonly application_uri?: string
  readonly description?: string
  readonly avatar_email?: string
}

/** OAuth applications of an organization, and what they were allowed by the user that calls. */
export const applicationPages: Readonly<Partial<Record<PageName, Page>>> = {
  applications: {
    GET(request) {
      const { name, applications } = administeredOrganization(request)
      return answer(200, { applications: applications.map((one) => applicationView(request, name, one)) })
    },
    async POST(request) {
      const { name } = administeredOrganization(request)
      const body = await readBody<ApplicationBody>(request, { required: ['name'], properties })
      const added = createApplication(request.directory, name, fieldsOf(body))
      return answer(200, applicationView(request, name, added))
    },
  },
  application: {
    GET(request) {
      const [{ name }, application] = pathApplication(request)
      return answer(200, applicationView(request, name, application))
    },
    async PUT(request) {
      const [{ name }, application] = pathApplication(request)
      const required = ['name', 'redirect_uri', 'application_uri']
      const body = await readBody<ApplicationBody>(request, { required, properties })
      const changed = { ...application, ...fieldsOf(body) }
      putApplication(request.directory, name, changed)
      return answer(200, applicationView(request, name, changed))
    },
    DELETE(request) {
      const [{ name }, { clientId }] = pathApplication(request)
      deleteApplication(request.directory, name, clientId)
      return noContent
    },
  },
  applicationSecret: {
    POST(request) {
      const [{ name }, application] = pathApplication(request)
      const changed = { ...application, clientSecret: request.directory.secret(secretLengths.clientSecret) }
      putApplication(request.directory, name, changed)
      return answer(200, applicationView(request, name, changed))
    },
  },
  appInformation: {
    GET(request) {
      const found = findApplication(request, parameter(request, 'client'))
      if (!found) throw notFound(request)
      const [organization, application] = found
      return answer(200, {
        name: application.name,
        description: application.description,
        uri: application.applicationUri,
        avatar: avatar(application.name, application.avatarEmail ?? organization.email, 'app'),
        organization: organizationView(request, organization),
      })
    },
  },
  userAuthorizations: {
    GET(request) {
      const { username } = accountAdmin(request)
      const tokens = oauthTokensOf(request.directory, username)
      return answer(200, { authorizations: tokens.map((token) => authorizationView(request, token)) })
    },
  },
  userAuthorization: {
    GET: (request) => answer(200, authorizationView(request, pathToken(request))),
    DELETE(request) {
      deleteOAuthToken(request.directory, pathToken(request))
      return noContent
    },
  },
}

const fieldsOf = (body: ApplicationBody): Omit<Application, 'clientId' | 'clientSecret'> => ({
  name: body.name,
  description: body.description ?? '',
  applicationUri: body.application_uri ?? '',
  redirectUri: body.redirect_uri ?? '',
  avatarEmail: body.avatar_email ?? null,
})

/** An application by its client id, whosever it is. */
export function findApplication(
  { directory }: Pick<ApiRequest, 'directory'>,
  clientId: string,
): readonly [Organization, Application] | undefined {
  for (const [, organization] of directory.table('organizations').entries()) {
    const application = organization.applications.find((one) => one.clientId === clientId)
    if (application) return [organization, application]
  }
  return undefined
}

function pathApplication(request: ApiRequest): readonly [Organization, Application] {
  const organization = administeredOrganization(request)
  const application = organization.applications.find(({ clientId }) => clientId === parameter(request, 'client'))
  if (!application) throw notFound(request)
  return [organization, application]
}

function pathToken(request: ApiRequest): OAuthToken {
  const { username } = accountAdmin(request)
  const found = oauthTokensOf(request.directory, username).find(({ uuid }) => uuid === parameter(request, 'uuid'))
  if (!found) throw notFound(request)
  return found
}

function applicationView(request: ApiRequest, organization: string, application: Application): object {
  const admin = administers(request, organization)
  return {
    name: application.name,
    description: application.description,
    application_uri: application.applicationUri,
    client_id: application.clientId,
    client_secret: admin ? application.clientSecret : null,
    redirect_uri: admin ? application.redirectUri : null,
    avatar_email: admin ? application.avatarEmail : null,
  }
}

function authorizationView(request: ApiRequest, token: OAuthToken): object {
  const [organization, application] = findApplication(request, token.clientId) ?? []
  const name = application?.name ?? token.clientId
  return {
    application: {
      name,
      description: application?.description ?? '',
      url: application?.applicationUri ?? '',
      avatar: avatar(name, application?.avatarEmail ?? organization?.email, 'app'),
      organization: {
        name: token.organization,
        avatar: organization ? organizationAvatar(organization) : avatar(token.organization, null, 'org'),
      },
    },
    scopes: token.scopes.map((scope) => ({ scope })),
    uuid: token.uuid,
  }
}
