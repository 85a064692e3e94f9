import { encryptPassword } from '../directory/encrypted-password.js'
import { DirectoryRefusal } from '../directory/refusal.js'
import { scopes } from '../directory/scopes.js'
import { createOAuthToken } from '../directory/tokens.js'
import { createUser } from '../directory/users.js'
import { flaskAnswer } from './answers.js'
import { readBody, type Handler } from './request.js'
import { text } from './schema.js'
import { checkedUser } from './resources/users.js'

const tokenLifetime = 9000

/**
 * Makes the first user of a Quay that has none, with a token for all when it is asked for: how scripts begin. Neither
 * credentials nor a CSRF token are asked for.
 */
export const initialize: Handler = async (request) => {
  const { directory, config, call } = request
  if (directory.table('users').size > 0 || directory.table('organizations').size > 0) {
    return flaskAnswer(400, { message: 'Cannot initialize user in a non-empty database' })
  }
  const body = await readBody<{ username: string; password: string; email?: string; access_token?: unknown }>(request, {
    required: ['username', 'password'],
    properties: { username: text, password: text },
  })
  const { username, password, email } = body
  try {
    createUser(directory, { ...checkedUser({ username, password, email }, config.FEATURE_MAILING), at: call.at })
  } catch (error) {
    if (!(error instanceof DirectoryRefusal)) throw error
    return flaskAnswer(400, { message: `Failed to initialize user: ${error.message}` })
  }
  // The application stands in the user's own namespace, under the user's name.
  const wanted = { organization: username, clientId: username, username, scopes, lifetime: tokenLifetime, at: call.at }
  return flaskAnswer(200, {
    username,
    email: email ?? null,
    encrypted_password: encryptPassword(directory, password),
    ...(body.access_token ? { access_token: createOAuthToken(directory, wanted).token } : {}),
  })
}
