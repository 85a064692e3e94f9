/**
 * The path of the next page of a listing (RFC 8288); undefined when there is none. A next page elsewhere is none: it
 * would be sent what is for this registry alone.
 * @param link The header, as it came.
 * @param from The path of this page. @param origin Where the registry is.
 */
export function nextPage(link: string | readonly string[] | undefined, from: string, origin = ''): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next\b/i.exec([link ?? ''].flat().join(', '))?.[1]
  if (target === undefined) return undefined
  const base = new URL(from, origin)
  if (!URL.canParse(target, base.href)) return undefined
  const url = new URL(target, base)
  return url.origin === base.origin ? `${url.pathname}${url.search}` : undefined
}
