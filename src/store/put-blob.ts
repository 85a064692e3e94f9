import type { Digest } from '../route/names.js'
import type { Store } from './store.js'

/** Puts bytes that are all there into a repository as a blob, if it is not there yet. @param at Now, in milliseconds. */
export async function putBlob(
  store: Store,
  repository: string,
  { digest, bytes }: { readonly digest: Digest; readonly bytes: Buffer },
  at: number,
): Promise<void> {
  if (await store.blob(repository, digest, at)) return
  const { id } = await store.createUpload(repository, { at })
  await store.appendUpload(id, once(bytes), { at })
  await store.finishUpload(id, digest, at)
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  if (bytes.length > 0) yield bytes
}
