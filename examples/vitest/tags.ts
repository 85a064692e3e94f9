/** All tags of a repository, page after page: what these tests are about. */
export async function listTags(url: string, repository: string): Promise<string[]> {
  const tags: string[] = []
  let next: URL | undefined = new URL(`/v2/${repository}/tags/list`, url)
  while (next) {
    const reply: Response = await fetch(next)
    if (!reply.ok) throw new Error(`${reply.status} for ${next.pathname}`)
    tags.push(...((await reply.json()) as { tags: string[] }).tags)
    const [, link] = /^<([^>]+)>; *rel="next"$/.exec(reply.headers.get('link') ?? '') ?? []
    next = link ? new URL(link, next) : undefined
  }
  return tags
}
