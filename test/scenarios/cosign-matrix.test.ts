import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { matrixPage, pageFile } from '../cosign/matrix/page.js'
import { playMatrix } from '../cosign/matrix/play.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

// Some two hundred runs of the real clients.
t.setTimeout(300_000)

void t.test('cosign and we sign and verify for each other as the page says', { timeout: 300_000 }, async (t) => {
  const seen = await playMatrix(t)
  t.equal(seen.length, 108, 'twenty ways that three versions sign in, and sixteen that we do')
  t.equal(matrixPage(seen), readFileSync(join(root, pageFile), 'utf8'), '`npm run cosign-matrix` writes it')
})
