import type { Digest } from '../../route/names.js'
import { putBlob } from '../../store/put-blob.js'
import type { Store } from '../../store/store.js'

/** An empty tar file, compressed: what Docker's schema 1 named for steps that changed no file. */
export const emptyLayer: Digest = 'sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4'

const bytes = Buffer.from('1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000', 'hex')

/** Puts the empty layer into a repository: in a Quay every one has it (image/docker/schema1.py). */
export async function provideEmptyLayer(store: Store, repository: string, at: number): Promise<void> {
  await putBlob(store, repository, { digest: emptyLayer, bytes }, at)
}
