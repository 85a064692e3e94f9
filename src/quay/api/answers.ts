import type { Call, Headers, Reply } from '../../protocol/call.js'
import { flaskJson, pythonJson } from './python.js'

/** A refusal of the API: an answer that a handler throws. */
export class ApiRefusal extends Error {
  readonly reply: Reply

  constructor(reply: Reply) {
    super(`refused with ${reply.status}`)
    this.name = 'ApiRefusal'
    this.reply = reply
  }
}

const cors = { 'Access-Control-Allow-Origin': '*' }

function textReply(status: number, text: string, type: string, headers: Headers = {}): Reply {
  const body = Buffer.from(text)
  return { status, headers: { 'Content-Type': type, 'Content-Length': body.length, ...cors, ...headers }, body }
}

const html = 'text/html; charset=utf-8'

/** An answer of the API's resources: Python's JSON and a line's end. */
export const answer = (status: number, value: unknown, headers: Headers = {}): Reply =>
  textReply(status, `${pythonJson(value)}\n`, 'application/json', headers)

/** An answer of the pages beside the API, which write JSON as Flask does. */
export const flaskAnswer = (status: number, value: unknown, headers: Headers = {}): Reply =>
  textReply(status, flaskJson(value), 'application/json', headers)

/** An answer in plain text, which Quay calls HTML. */
export const plainAnswer = (status: number, text: string, headers: Headers = {}): Reply =>
  textReply(status, text, html, headers)

/** The answer to a call that leaves nothing to say. */
export const noContent: Reply = { status: 204, headers: { 'Content-Type': 'application/json', ...cors } }

/** Kinds of problems, with their statuses. */
const problems = {
  invalid_request: 400,
  invalid_token: 401,
  fresh_login_required: 401,
  insufficient_scope: 403,
  not_found: 404,
} as const

export type ProblemType = keyof typeof problems

/**
 * The first of the API's error shapes: what its handlers refuse (quay.md §4.1).
 * @param call Whose Host names the page that describes the problem.
 */
export function problem(
  { origin }: Pick<Call, 'origin'>,
  type: ProblemType,
  detail: string,
  payload: Readonly<Record<string, unknown>> = {},
): ApiRefusal {
  return new ApiRefusal(
    answer(problems[type], {
      ...payload,
      detail,
      error_message: detail,
      error_type: type,
      title: type,
      type: `${origin.scheme}://${origin.host}/api/v1/error/${type}`,
      status: problems[type],
    }),
  )
}

/** The second: what Quay's data model refuses, whose messages clients compare. */
export const dataRefusal = (message: string): ApiRefusal => new ApiRefusal(flaskAnswer(400, { message }))

/** What flask-restful refuses by itself. */
export const restRefusal = (status: number, message: string, headers: Headers = {}): ApiRefusal =>
  new ApiRefusal(answer(status, { message }, headers))

/** The third: what is refused before a handler is asked. */
export const abortRefusal = (status: number, error: string): ApiRefusal =>
  new ApiRefusal(plainAnswer(status, pythonJson({ error })))
