// `npm run cosign-matrix`: has each version of cosign and us sign and verify for each other, and writes COSIGN.md.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collected } from '../../support/collected.js'
import { matrixPage, pageFile } from './page.js'
import { playMatrix } from './play.js'

const path = join(fileURLToPath(new URL('../../../../', import.meta.url)), pageFile)
writeFileSync(path, matrixPage(await collected(playMatrix)))
