import type { Headers, Reply } from '../../protocol/call.js'
import { flaskJson, pythonJson } from '../api/python.js'

const html = 'text/html; charset=utf-8'

/** A page of text that is no JSON envelope. */
export function textReply(status: number, text: string, headers: Headers = {}, type: string = html): Reply {
  const body = Buffer.from(text)
  return { status, headers: { 'Content-Type': type, 'Content-Length': body.length, ...headers }, body }
}

/** A page of JSON as Flask's `jsonify` writes it. */
export const jsonPage = (status: number, value: unknown, headers: Headers = {}): Reply =>
  textReply(status, flaskJson(value), headers, 'application/json')

/** `{"error": ...}` as Quay's `util.http.abort` sends it: JSON with spaces, called HTML, and open to every origin. */
export const abortReply = (status: number, error: string, headers: Headers = {}): Reply =>
  textReply(status, pythonJson({ error }), { ...headers, ...cors })

const cors = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Max-Age': '21600',
  'Access-Control-Allow-Headers': ['Authorization', 'Content-Type'],
} as const

/** What nginx, in front of every Quay, says in place of the failure of one of its workers, and of too large a body. */
const nginxPage = (title: string): string =>
  ['<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`]
    .concat(['<hr><center>nginx</center>', '</body>', '</html>', ''])
    .join('\r\n')

export const nginxTooLarge: Reply = textReply(413, nginxPage('413 Request Entity Too Large'), {}, 'text/html')

export const serverError: Reply = textReply(500, nginxPage('500 Internal Server Error'), {}, 'text/html')
