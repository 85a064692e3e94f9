import { answer, noContent, plainAnswer, restRefusal } from '../answers.js'
import type { PageName } from '../paths.js'
import { isSuper, parameter, readBody, requireFreshLogin, type ApiRequest, type Page } from '../request.js'
import { oneOf, text } from '../schema.js'

/** Messages that superusers show to everybody. */
export const messagePages: Readonly<Partial<Record<PageName, Page>>> = {
  messages: {
    GET({ directory }) {
      const messages = Array.from(directory.table('messages').entries(), ([, one]) => ({
        uuid: one.uuid,
        content: one.content,
        severity: one.severity,
        media_type: one.mediaType,
      }))
      return answer(200, { messages })
    },
    async POST(request) {
      superuser(request)
      const { message } = await readBody<{ message: { content: string; media_type: string; severity: string } }>(
        request,
        {
          required: ['message'],
          properties: {
            message: {
              type: 'object',
              fields: {
                required: ['content', 'media_type', 'severity'],
                properties: {
                  content: text,
                  media_type: { ...text, ...oneOf('text/plain', 'text/markdown') },
                  severity: { ...text, ...oneOf('info', 'warning', 'error') },
                },
              },
            },
          },
        },
      )
      const uuid = request.directory.uuid()
      request.directory.put('messages', uuid, {
        uuid,
        content: message.content,
        mediaType: message.media_type,
        severity: message.severity,
      })
      return plainAnswer(201, '')
    },
  },
  message: {
    hidden: ({ directory }) => !directory.config.FEATURE_SUPER_USERS,
    DELETE(request) {
      superuser(request)
      request.directory.drop('messages', parameter(request, 'uuid'))
      return noContent
    },
  },
}

function superuser(request: ApiRequest): void {
  requireFreshLogin(request)
  if (isSuper(request)) return
  throw restRefusal(
    403,
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
  )
}
