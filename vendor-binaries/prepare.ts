// Run before the tests: whatever they need is here afterwards, or the reason that it is not is on the screen.
import { missing, findBinary } from './find.js'
import { installBinary } from './install.js'
import { manifest, type Binary } from './manifest.js'
import { label } from './names.js'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function prepare(binary: Binary): Promise<boolean> {
  try {
    const { path, version } = (await findBinary(binary)) ?? (await installBinary(binary, say))
    say(`${binary.name} ${version}: ${path}`)
    return true
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return false
  }
}

async function prepareAll(): Promise<void> {
  const absent: Binary[] = []
  // One after the other: a build uses every core by itself.
  for (const binary of manifest) if (!(await prepare(binary))) absent.push(binary)
  if (absent.length === 0) return
  process.stderr.write(`\nThe tests run real clients, and cannot run without ${absent.map(label).join(', ')}:\n`)
  for (const binary of absent) process.stderr.write(`  ${missing(binary)}\n`)
  process.exitCode = 1
}

void prepareAll()
