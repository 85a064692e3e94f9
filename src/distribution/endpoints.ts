import { jsonReply } from '../protocol/call.js'
import type { ChartRoute } from '../route/chart-route.js'
import type { Addressable } from '../route/route.js'
import { deleteBlob, getBlob } from './blobs.js'
import { listRepositories } from './catalog.js'
import { deleteManifest, getManifest } from './manifests.js'
import { putManifest } from './manifest-push.js'
import type { Methods } from './registry.js'
import { listReferrers } from './referrers.js'
import { listTags } from './tags.js'
import { beginUpload, cancelUpload, finishUpload, uploadStatus, writeChunk } from './uploads.js'

/** The routes of the OCI API: without the service that issues tokens, the pages, and classic Helm repositories. */
export type Endpoint = Exclude<Addressable, { readonly kind: 'token' | 'page' } | ChartRoute>['kind']

/** Every end of the OCI API: which methods a kind of route answers, and who answers. */
export const endpoints: { readonly [K in Endpoint]: Methods<K> } = {
  base: { GET: () => jsonReply(200, {}) },
  catalog: { GET: listRepositories },
  tags: { GET: listTags },
  manifest: { GET: getManifest, PUT: putManifest, DELETE: deleteManifest },
  blob: { GET: getBlob, DELETE: deleteBlob },
  uploads: { POST: beginUpload },
  upload: { GET: uploadStatus, PATCH: writeChunk, PUT: finishUpload, DELETE: cancelUpload },
  referrers: { GET: listReferrers },
}
