import { needBinary } from '../../vendor-binaries/find.js'

/** Finds clients by their ids, and answers how to tell where one is. @throws Error for one that is missing. */
export async function clientPaths(ids: readonly string[]): Promise<(id: string) => string> {
  const found = await Promise.all(ids.map(async (id) => [id, (await needBinary(id)).path] as const))
  const paths = new Map(found)
  return (id) => {
    const path = paths.get(id)
    if (path === undefined) throw new TypeError(`${id} was not looked for`)
    return path
  }
}
