import t, { type Test } from 'tap'
import { startRegistry } from '../../harness/index.js'

/** Where a Quay says that tokens are issued. */
async function challengeOf(t: Test, SERVER_HOSTNAME?: string): Promise<readonly [string | null, number]> {
  const registry = await startRegistry({ profile: 'quay-3.7', config: { SERVER_HOSTNAME } })
  t.after(() => registry.close())
  return [(await fetch(`${registry.url}/v2/`)).headers.get('www-authenticate'), registry.port]
}

void t.test('SERVER_HOSTNAME is where tokens are issued, whatever address was asked', async (t) => {
  const [named] = await challengeOf(t, 'quay-server.example.com')
  t.equal(named, 'Bearer realm="http://quay-server.example.com/v2/auth",service="quay-server.example.com"')
  const [unset, port] = await challengeOf(t)
  t.equal(unset, `Bearer realm="http://127.0.0.1:${port}/v2/auth",service="127.0.0.1:${port}"`)
})

void t.test('port 0 in SERVER_HOSTNAME is the one that is listened on', async (t) => {
  const [challenge, port] = await challengeOf(t, 'quay-server.example.com:0')
  const host = `quay-server.example.com:${port}`
  t.equal(challenge, `Bearer realm="http://${host}/v2/auth",service="${host}"`)
})
