import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Har } from 'start-registry'
import { ended, lines, next, start } from '../support/cli.js'
import { clientPaths } from '../support/client-paths.js'
import { folderFor } from '../support/registries.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The commands that the README has under "In any language". */
function commands(): string {
  const section = readFileSync(join(root, 'README.md'), 'utf8').split('\n## In any language\n')[1]?.split('\n## ')[0]
  const found = /```bash\n([^]*?)```/.exec(section ?? '')?.[1]
  if (found === undefined) throw new Error('README.md has no commands under "In any language"')
  return found
}

void t.test('the real curl does what the README says', async (t) => {
  const path = await clientPaths(['curl'])
  const folder = folderFor(t)
  const [first = '', ...others] = commands().trimEnd().split('\n')
  t.equal(others.pop(), 'kill %1')
  const flags = /^npx start-registry --port 5000 (.*) &$/.exec(first)?.[1]?.split(' ') ?? []
  t.same(flags, ['--admin', '--quiet'])
  // Here it has a port that is free.
  const ready = await next(lines(start(t, ...flags).stdout))
  const host = /http:\/\/127\.0\.0\.1:(\d+)$/.exec(ready)?.[0] ?? ''
  const script = others
    .join('\n')
    .replaceAll('5000', new URL(host).port)
    // What each says is told apart from what the next one says.
    .replaceAll(/^curl/gm, 'echo; echo "--"; curl')
  const child = spawn('bash', ['-ec', script], {
    cwd: folder,
    env: { ...process.env, PATH: `${dirname(path('curl'))}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  t.equal(await ended(child), 0, Buffer.concat(err).toString())
  const [nothing, ends, tags, requests, waited, failed, clock] = `\n${Buffer.concat(out).toString()}`
    .split('\n--\n')
    .map((text) => text.trim())
  t.equal(nothing, '')
  t.match(JSON.parse(ends as string), { registry: { url: host } })
  t.match(JSON.parse(tags as string), { errors: [{ code: 'NAME_UNKNOWN' }] })
  t.match(JSON.parse(requests as string), { requests: [{ id: 1, route: 'tags', repository: 'team/app', status: 404 }] })
  t.match(JSON.parse(waited as string), { id: 1, route: 'tags' })
  t.equal(
    failed,
    [
      'expected at least 1 request with method PUT, route tags, and there was none among 1 request',
      'nearest:',
      '  #1 GET tags team/app: method was GET, not PUT',
    ].join('\n'),
  )
  t.match(JSON.parse(clock as string), { now: Number })
  const { log } = JSON.parse(readFileSync(join(folder, 'requests.har'), 'utf8')) as Har
  t.equal(log.entries.length, 1)
})
