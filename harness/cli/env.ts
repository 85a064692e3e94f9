import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { homeFolder } from '../homes/folder.js'
import { fillHome } from '../homes/home.js'
import type { Arguments } from './arguments.js'
import type { EnvRequest } from './env-flags.js'
import { setVariables } from './shells.js'

/**
 * `env`: makes a home for a registry that runs already, and prints what sets the variables that lead clients there, and
 * nothing else. START_REGISTRY_HOME among them is the home, which stays for its user to remove.
 * @throws Error when the registry does not say where it is, or a file cannot be read or written.
 */
export async function env({ env: request, json }: Arguments): Promise<number> {
  const { account, caFile, home, keepHome, shell } = request as EnvRequest
  const url = await urlOf(request as EnvRequest)
  const path = home === undefined ? mkdtempSync(join(tmpdir(), 'start-registry-env-')) : resolve(home)
  try {
    const folder = homeFolder(path)
    const ca = caFile === undefined ? undefined : join(path, 'ca.pem')
    if (caFile !== undefined && ca !== undefined) copyFileSync(caFile, ca)
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
    const source = { host: url.host, port, url: url.origin, caFile: ca, accounts: account ? [account] : [] }
    const variables = { START_REGISTRY_HOME: path, ...fillHome(folder, source, { as: account?.username, keepHome }) }
    process.stdout.write(
      json ? `${JSON.stringify({ event: 'env', env: variables })}\n` : setVariables(shell, variables),
    )
    return 0
  } catch (error) {
    if (home === undefined) rmSync(path, { recursive: true, force: true })
    throw error
  }
}

/** How long the registry has to write its ready file, in milliseconds, and how often that is looked for. */
const patience = 10_000
const pause = 25

async function urlOf({ registry, caFile }: EnvRequest): Promise<URL> {
  if (registry instanceof URL) return registry
  const { readyFile } = registry
  const until = Date.now() + patience
  while (!existsSync(readyFile)) {
    if (Date.now() > until)
      throw new Error(`${readyFile} is not there: no registry that was started with --ready-file listens`)
    await delay(pause)
  }
  const host = readFileSync(readyFile, 'utf8').trim()
  const url = `${caFile === undefined ? 'http' : 'https'}://${host}`
  if (!/^[^\s/@]+:\d+$/.test(host) || !URL.canParse(url)) throw new Error(`${readyFile} has no host:port in it`)
  return new URL(url)
}
