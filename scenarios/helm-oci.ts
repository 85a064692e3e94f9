import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startRegistry, type RequestEvent } from '../harness/index.js'
import type { Scenario } from './scenario.js'
import { parseManifest, served, sha256 } from './served.js'

const alice = { username: 'alice', password: 'correct horse battery staple' }

/**
 * helm.sh, "Use OCI-based registries": a chart is packaged, pushed and pulled again, over https with the registry's CA
 * trusted by --ca-file, by somebody who has logged in.
 */
export const helmOci: Scenario = {
  name: 'helm-oci',
  title: 'helm packages a chart, logs in, pushes it over https and pulls it again',
  clients: ['helm'],
  async run({ say, desk, show }) {
    await using registry = await startRegistry({ tls: true, accounts: [alice] })
    const requests: RequestEvent[] = []
    registry.onRequest((event) => void requests.push(event))
    // Nothing trusts the registry but --ca-file: an empty SSL_CERT_FILE leaves Go with the system's own roots.
    const { folder, sh, read } = desk({ ...registry.env(), SSL_CERT_FILE: '' }, { hide: [alice.password] })
    const ca = registry.caFile ?? ''

    say('A chart')
    await sh`helm create web`
    const packaged = await sh`helm package web`
    assert.match(packaged.stdout, /^Successfully packaged chart and saved it to: .*web-0\.1\.0\.tgz$/)
    const chart = read('web-0.1.0.tgz')

    say('Login')
    const fails = sh({ status: 1 })
    const login = ['--username', 'alice', '--password-stdin']
    const stranger = await fails({ input: alice.password })`helm registry login ${registry.host} ${login}`
    assert.match(stranger.stderr, /certificate signed by unknown authority/)
    const wrong = await fails({ input: 'guess' })`helm registry login ${registry.host} ${login} --ca-file ${ca}`
    assert.match(wrong.stderr, /response status code 401: unauthorized: wrong username or password/)
    const refused = await fails`helm push web-0.1.0.tgz oci://${registry.host}/charts --ca-file ${ca}`
    assert.match(refused.stderr, /response status code 401: [Uu]nauthorized/)
    const ok = await sh({ input: alice.password })`helm registry login ${registry.host} ${login} --ca-file ${ca}`
    assert.match(ok.output, /^Login Succeeded$/m)

    say('Push')
    const pushed = await sh`helm push web-0.1.0.tgz oci://${registry.host}/charts --ca-file ${ca}`
    assert.match(pushed.output, new RegExp(`^Pushed: ${registry.host}/charts/web:0\\.1\\.0$`, 'm'))
    const digest = digestIn(pushed.output)
    const reply = await served(registry, '/v2/charts/web/manifests/0.1.0', alice)
    assert.equal(reply.status, 200)
    assert.equal(reply.type, 'application/vnd.oci.image.manifest.v1+json')
    assert.equal(reply.digest, digest)
    assert.equal(sha256(reply.bytes), digest)
    const { config, layers } = parseManifest(reply)
    assert.equal(config?.mediaType, 'application/vnd.cncf.helm.config.v1+json')
    assert.deepEqual(layers, [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: sha256(chart),
        size: chart.length,
      },
    ])

    say('Pull')
    rmSync(join(folder, 'web-0.1.0.tgz'))
    const pulled = await sh`helm pull oci://${registry.host}/charts/web --version 0.1.0 --ca-file ${ca}`
    assert.equal(digestIn(pulled.output), digest)
    assert.equal(sha256(read('web-0.1.0.tgz')), sha256(chart))
    show({ client: 'helm', story: 'push and pull a chart', over: 'https, login' })

    say('Logout')
    await sh`helm registry logout ${registry.host}`
    const gone = await fails`helm pull oci://${registry.host}/charts/web --version 0.1.0 --ca-file ${ca}`
    assert.match(gone.stderr, /response status code 401: [Uu]nauthorized/)
    show({ client: 'helm', story: 'log in and out', over: 'https, login' })

    assertWhoAsked(requests)
  },
}

/** The digest that helm prints after a push and after a pull. */
function digestIn(output: string): string {
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(output)?.[1]
  assert.ok(digest, output)
  return digest
}

/** Every request came over https, and whatever was served or stored was so for alice. */
function assertWhoAsked(requests: readonly RequestEvent[]): void {
  assert.deepEqual([...new Set(requests.map(({ scheme }) => scheme))], ['https'])
  // A token for nobody opens nothing, and is asked for before a login.
  const granted = requests.filter(({ status, route }) => status !== 401 && route.kind !== 'token')
  assert.deepEqual([...new Set(granted.map(({ account }) => account))], ['alice'])
  const writes = granted.filter(({ method }) => method === 'PUT').map(({ target, status }) => ({ target, status }))
  assert.ok(writes.some(({ target }) => target === '/v2/charts/web/manifests/0.1.0'))
  assert.deepEqual([...new Set(writes.map(({ status }) => status))], [201])
}
