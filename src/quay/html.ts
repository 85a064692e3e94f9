import type { Reply } from '../protocol/call.js'
import { quayVersions, type QuayVersion } from '../profiles/quay.js'

const descriptions = {
  404: [
    'Not Found',
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  ],
  405: ['Method Not Allowed', 'The method is not allowed for the requested URL.'],
} as const

/**
 * The page that Quay's web framework answers with when no route takes a request.
 * @param version Since 3.8 pages begin as HTML 5 does.
 */
export function htmlError(status: keyof typeof descriptions, version: QuayVersion): Reply {
  const [title, text] = descriptions[status]
  const body = Buffer.from(
    `${doctype(version)}\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`,
  )
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length }, body }
}

/** The page that sends a client on to where a resource is, method and body kept. @param to An absolute URL. */
export function htmlRedirect(to: string, version: QuayVersion): Reply {
  const shown = to.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const body = Buffer.from(
    `${doctype(version)}\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n` +
      `<p>You should be redirected automatically to the target URL: <a href="${shown}">${shown}</a>. If not, click the link.\n`,
  )
  return {
    status: 308,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length, Location: to },
    body,
  }
}

const doctype = (version: QuayVersion): string =>
  quayVersions.indexOf(version) < quayVersions.indexOf('3.8')
    ? '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">'
    : '<!doctype html>\n<html lang=en>'
