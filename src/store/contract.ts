import assert from 'node:assert/strict'
import { manifestCases } from './contract/manifests.js'
import { blobCases } from './contract/blobs.js'
import { collectionCases } from './contract/collection.js'
import { snapshotCases } from './contract/snapshots.js'
import { uploadCases } from './contract/uploads.js'
import type { ContractCase } from './contract/case.js'

export type { ContractCase, OpenStore } from './contract/case.js'

/**
 * What every store must do, as cases for any test runner. `run` gets a function that opens a new, empty store; it
 * rejects with an AssertionError when the store does not keep to the contract, and closes what it opened.
 *
 *     for (const { name, run } of storeContract) test(name, () => run(openMyStore))
 */
export const storeContract: readonly ContractCase[] = [
  ...manifestCases,
  ...blobCases,
  ...uploadCases,
  ...collectionCases,
  ...snapshotCases,
].map(({ name, run }) => ({
  name,
  async run(open) {
    const opened: Awaited<ReturnType<typeof open>>[] = []
    try {
      await run(async () => {
        const store = await open()
        opened.push(store)
        return store
      })
    } finally {
      await Promise.all(opened.map((store) => store.close()))
    }
    assert.ok(opened.length > 0, 'the case opened no store')
  },
}))
