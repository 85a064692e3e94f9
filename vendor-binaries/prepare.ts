// Run before the tests: whatever they need is here afterwards, or the reason that it is not is on the screen.
import { installBinaries } from './install.js'
import { manifest } from './manifest.js'
import { installCommand, label } from './names.js'

async function prepare(): Promise<void> {
  const complain = (line: string): void => void process.stderr.write(`${line}\n`)
  const absent = await installBinaries(manifest, {
    say: (line) => void process.stdout.write(`${line}\n`),
    complain,
  })
  if (absent.length === 0) return
  complain(`\nThe tests run real clients, and cannot run without these. Each is got with the command beside it:`)
  for (const binary of absent) complain(`  ${label(binary)}: ${installCommand(binary)}`)
  process.exitCode = 1
}

void prepare()
