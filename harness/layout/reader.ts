import type { Digest } from '../../src/route/names.js'
import type { StoredBlob } from '../../src/store/store.js'

/** A manifest that an index.json lists. */
export interface LayoutRoot {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly annotations?: Readonly<Record<string, unknown>> | undefined
}

/** An OCI image layout (image-spec 1.1 "image-layout.md"), in a folder or in an archive. Nothing is changed in it. */
export interface LayoutReader {
  /** As the user named it. */
  readonly path: string
  readonly roots: readonly LayoutRoot[]
  /** Content by digest; its bytes have not been looked at. */
  readonly blob: (digest: Digest) => StoredBlob | undefined
}
