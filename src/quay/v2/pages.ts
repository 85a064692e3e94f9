import type { Headers, Reply } from '../../protocol/call.js'

const html = 'text/html; charset=utf-8'

/** A page of text that is no JSON envelope. */
export function textReply(status: number, text: string, headers: Headers = {}, type: string = html): Reply {
  const body = Buffer.from(text)
  return { status, headers: { 'Content-Type': type, 'Content-Length': body.length, ...headers }, body }
}

/** `{"error": ...}` as Quay's `util.http.abort` sends it: JSON with spaces, called HTML. */
export const abortReply = (status: number, message: string, headers: Headers = {}): Reply =>
  textReply(status, `{"error": ${JSON.stringify(message)}}`, headers)

/** What nginx, in front of every Quay, says in place of the failure of one of its workers, and of too large a body. */
const nginxPage = (title: string): string =>
  ['<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`]
    .concat(['<hr><center>nginx</center>', '</body>', '</html>', ''])
    .join('\r\n')

export const nginxTooLarge: Reply = textReply(413, nginxPage('413 Request Entity Too Large'), {}, 'text/html')

export const serverError: Reply = textReply(500, nginxPage('500 Internal Server Error'), {}, 'text/html')
