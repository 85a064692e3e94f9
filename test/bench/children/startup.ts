// A process that knows nothing of the package yet: imports it, and starts registries one after the other.
const [kind, count] = process.argv.slice(2)
const began = performance.now()
const { startRegistry } = await import('../../../harness/index.js')
const imported = performance.now() - began

const starts: number[] = []
for (let i = 0; i < Number(count); i++) {
  const before = performance.now()
  const registry = await startRegistry({ tls: kind === 'tls' })
  starts.push(performance.now() - before)
  await registry.close()
}

/** What the process prints, in milliseconds. */
export interface Startup {
  readonly imported: number
  /** The first one loads what only a running registry needs. */
  readonly starts: readonly number[]
}

const result: Startup = { imported, starts }
process.stdout.write(`${JSON.stringify(result)}\n`)
