/** All tags of a repository, page after page: what these tests are about. */
export async function listTags(url, repository) {
  const tags = []
  let next = new URL(`/v2/${repository}/tags/list`, url)
  while (next) {
    const reply = await fetch(next)
    if (!reply.ok) throw new Error(`${reply.status} for ${next.pathname}`)
    tags.push(...(await reply.json()).tags)
    const [, link] = /^<([^>]+)>; *rel="next"$/.exec(reply.headers.get('link') ?? '') ?? []
    next = link && new URL(link, next)
  }
  return tags
}
