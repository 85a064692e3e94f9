import { appTokensOf, createAppToken, deleteAppToken } from '../../directory/tokens.js'
import type { AppToken } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import { formatDate } from '../python.js'
import {
  accountAdmin,
  flag,
  notFound,
  parameter,
  readBody,
  requireFreshLogin,
  type ApiRequest,
  type ApiState,
  type Page,
} from '../request.js'
import { text } from '../schema.js'

const hidden = ({ directory }: ApiState): boolean => !directory.config.FEATURE_APP_SPECIFIC_TOKENS

/** Application tokens (`$app`) of the user that calls. */
export const appTokenPages: Readonly<Partial<Record<PageName, Page>>> = {
  userAppTokens: {
    hidden,
    GET(request) {
      const { username } = accountAdmin(request)
      const asked = request.call.query.has('expiring')
      // None of them ever ends, so none of them is about to.
      const tokens = flag(request, 'expiring') ? [] : appTokensOf(request.directory, username)
      return answer(200, {
        tokens: tokens.map((token) => tokenView(token)),
        only_expiring: asked ? flag(request, 'expiring') : null,
      })
    },
    async POST(request) {
      requireFreshLogin(request)
      const { username } = accountAdmin(request)
      const { title } = await readBody<{ title: string }>(request, { required: ['title'], properties: { title: text } })
      const token = createAppToken(request.directory, { username, title, at: request.call.at })
      return answer(200, { token: tokenView(token, { code: true }) })
    },
  },
  userAppToken: {
    hidden,
    GET: (request) => answer(200, { token: tokenView(pathToken(request), { code: true }) }),
    DELETE(request) {
      deleteAppToken(request.directory, pathToken(request))
      return noContent
    },
  },
}

function pathToken(request: ApiRequest): AppToken {
  requireFreshLogin(request)
  const { username } = accountAdmin(request)
  const found = appTokensOf(request.directory, username).find(({ uuid }) => uuid === parameter(request, 'uuid'))
  if (!found) throw notFound(request)
  return found
}

const tokenView = (token: AppToken, { code = false } = {}): object => ({
  uuid: token.uuid,
  title: token.title,
  last_accessed: formatDate(token.lastAccessed),
  created: formatDate(token.created),
  expiration: formatDate(token.expires),
  ...(code && { token_code: token.code }),
})
