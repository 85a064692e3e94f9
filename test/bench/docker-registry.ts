import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Server } from './children.js'
import { own } from './cleanup.js'

const path = '/usr/bin/docker-registry'

/** How to get Debian's docker-registry, or undefined when it is here. */
export const missingDockerRegistry = (): string | undefined =>
  existsSync(path) ? undefined : 'not installed: apt-get install docker-registry'

/** Starts Debian's docker-registry with its content in `folder`, as the package's own configuration has it. */
export async function serveDockerRegistry(folder: string): Promise<Server> {
  const port = await freePort()
  const config = join(folder, 'config.json')
  // Whatever is JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: join(folder, 'content') },
        cache: { blobdescriptor: 'inmemory' },
        delete: { enabled: true },
      },
      http: { addr: `127.0.0.1:${port}`, secret: 'bench' },
    }),
  )
  // It calls every 404 of a HEAD an error, and has no level above.
  const child = own(spawn(path, ['serve', config], { stdio: 'ignore' }))
  const ended = once(child, 'exit')
  await untilItListens(port, child)
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    pid: child.pid as number,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

// It says nothing when it is ready, so the only way to know is to knock.
async function untilItListens(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline && child.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(10)
    } finally {
      socket.destroy()
    }
  }
  throw new Error('docker-registry did not start')
}
