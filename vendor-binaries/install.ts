import { findBinary, missing, search } from './find.js'
import { goInstall } from './go-install.js'
import type { Binary } from './manifest.js'
import { label } from './names.js'
import type { Say } from './progress.js'
import { systemInstall } from './system-install.js'

export interface InstallOptions {
  /** Hears what is going on. */
  readonly say: Say
  /** Hears what is in the way. */
  readonly complain: Say
  /** Nothing is built or installed. @default whether START_REGISTRY_OFFLINE is set, to something else than 0 */
  readonly offline?: boolean | undefined
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Finds clients, gets those that are not here, and answers those that could not be got: why not, and which command gets
 * them, has been said then. One that cannot be got does not keep the others back.
 */
export const installBinaries = (rows: readonly Binary[], options: InstallOptions): Promise<readonly Binary[]> =>
  new Installation(options).run(rows)

class Installation {
  readonly #say: Say
  readonly #complain: Say
  readonly #offline: boolean
  readonly #env: NodeJS.ProcessEnv
  readonly #failed: Binary[] = []

  constructor({ say, complain, offline, env = process.env }: InstallOptions) {
    this.#say = say
    this.#complain = complain
    this.#offline = offline ?? !['', '0'].includes(env['START_REGISTRY_OFFLINE'] ?? '')
    this.#env = env
  }

  async run(rows: readonly Binary[]): Promise<readonly Binary[]> {
    const absent: Binary[] = []
    for (const binary of rows) await this.#attempt([binary], () => this.#look(binary, absent))
    if (this.#offline) {
      if (absent.length > 0) this.#complain('offline: nothing is built or installed')
      return [...this.#failed, ...absent]
    }
    const packages = absent.filter(({ source }) => source.kind === 'system')
    if (packages.length > 0) await this.#attempt(packages, () => systemInstall(packages, this.#say, this.#env))
    // One after the other: a build uses every core by itself.
    for (const binary of absent) {
      if (!this.#failed.includes(binary)) await this.#attempt([binary], () => this.#build(binary))
    }
    return this.#failed
  }

  async #attempt(binaries: readonly Binary[], action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error))
      this.#failed.push(...binaries)
    }
  }

  async #look(binary: Binary, absent: Binary[]): Promise<void> {
    const { found, reasons } = await search(binary, this.#env)
    if (found) this.#say(`${binary.name} ${found.version}: ${found.path}`)
    else absent.push(binary)
    if (!found && this.#offline) this.#complain(missing(binary, reasons))
  }

  /** Builds a client that is built, and says where it is then. */
  async #build(binary: Binary): Promise<void> {
    if (binary.source.kind === 'go') await goInstall(binary, binary.source, this.#say, this.#env)
    const found = await findBinary(binary, this.#env)
    if (!found) throw new Error(`${label(binary)} was installed, and still is not found`)
    this.#say(`${binary.name} ${found.version}: ${found.path}`)
  }
}
