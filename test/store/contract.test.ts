import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { diskStore } from '../../src/store/disk/store.js'
import { memoryStore } from '../../src/store/memory/store.js'
import { storeContract } from '../../src/store/contract.js'

const folder = mkdtempSync(join(tmpdir(), 'start-registry-contract-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

const drivers = {
  memory: memoryStore,
  disk: () => diskStore(join(folder, String(count++))),
}

for (const [driver, open] of Object.entries(drivers)) {
  void t.test(driver, async (t) => {
    for (const { name, run } of storeContract) {
      await t.test(name, async (t) => {
        await run(open)
        t.pass('kept')
      })
    }
  })
}
