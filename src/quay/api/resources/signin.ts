import type { Headers } from '../../../protocol/call.js'
import { authenticateUser } from '../../directory/credentials.js'
import { userIdentity, type Identity } from '../../directory/identity.js'
import type { User } from '../../directory/state.js'
import { updateUser } from '../../directory/users.js'
import { answer, ApiRefusal, plainAnswer } from '../answers.js'
import type { PageName } from '../paths.js'
import { accountAdmin, readBody, type ApiRequest, type Page } from '../request.js'
import { text } from '../schema.js'
import { newSession, sessionHeaders } from '../session.js'

/** Signing in to Quay's page with a name and a password, and out of it. */
export const signinPages: Readonly<Partial<Record<PageName, Page>>> = {
  signin: {
    open: true,
    hidden: ({ config }) => !config.FEATURE_DIRECT_LOGIN,
    async POST(request) {
      const body = await readBody<{ username: string; password: string }>(request, {
        required: ['username', 'password'],
        properties: { username: text, password: text },
      })
      const user = verified(request, body.username, body.password)
      if (typeof user === 'string') {
        return answer(403, { needsEmailVerification: false, invalidCredentials: true, message: user })
      }
      return answer(200, { success: true }, signIn(request, user).headers)
    },
  },
  signinVerify: {
    async POST(request) {
      const { username } = accountAdmin(request)
      const { password } = await readBody<{ password: string }>(request, {
        required: ['password'],
        properties: { password: text },
      })
      const user = verified(request, username, password)
      if (typeof user === 'string') return answer(403, { message: user, invalidCredentials: true })
      return answer(200, { success: true }, signIn(request, user).headers)
    },
  },
  signout: {
    POST(request) {
      const { directory, identity } = request
      const user = directory.table('users').get(identity.username ?? '')
      // All of the user's sessions end, as they name another id.
      if (user) updateUser(directory, user, { uuid: directory.uuid() })
      return answer(200, { success: true }, sessionHeaders(newSession(directory), directory))
    },
  },
}

/** A session for somebody: the headers that give it to their browser, and who they are from then on. */
export function signIn({ directory, call }: ApiRequest, user: User): { headers: Headers; identity: Identity } {
  const { username } = user
  const { uuid } = directory.table('users').get(username) ?? user
  const session = newSession(directory, { username, uuid, login: call.at })
  return {
    headers: { ...sessionHeaders(session, directory), 'X-Next-CSRF-Token': session.csrf },
    identity: userIdentity(username, uuid),
  }
}

function verified({ directory, call }: ApiRequest, username: string, password: string): User | string {
  const { identity, refusal, retryAfter } = authenticateUser(directory, username, password, call.at)
  if (retryAfter !== undefined) {
    throw new ApiRefusal(
      plainAnswer(429, 'Too many login attempts. \nPlease reset your Quay password and try again.', {
        'Retry-After': Math.floor(retryAfter),
      }),
    )
  }
  return refusal ?? (directory.table('users').get(identity?.username ?? '') as User)
}
