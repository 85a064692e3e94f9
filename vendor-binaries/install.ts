import { askVersion } from './ask-version.js'
import { findBinary, fits, type FoundBinary } from './find.js'
import { goInstall } from './go-install.js'
import type { Binary } from './manifest.js'
import { label } from './names.js'
import type { Say } from './progress.js'
import { systemInstall } from './system-install.js'

/**
 * Gets a client that is not here, and answers it.
 * @throws Error that says what is in the way and which command to run.
 */
export async function installBinary(binary: Binary, say: Say): Promise<FoundBinary> {
  const { source, question } = binary
  if (source.kind === 'system') await systemInstall(binary, source, say)
  else {
    const path = await goInstall(binary, source, say)
    const told = question ? await askVersion(path, question) : binary.version
    if (told === undefined || !fits(binary, told)) {
      throw new Error(`${label(binary)} was built, but ${path} says that it is ${told ?? 'nothing'}`)
    }
  }
  const found = await findBinary(binary)
  if (!found) throw new Error(`${label(binary)} was installed, and still is not found`)
  return found
}
