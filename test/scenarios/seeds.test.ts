import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  artifact,
  attested,
  chart,
  file,
  generateKey,
  image,
  index,
  random,
  signed,
  type SignedOptions,
} from 'start-registry'
import { predicateTypes } from 'start-registry/cosign'
import t from 'tap'
import { runner } from '../../harness/run.js'
import { filesOf, machine } from '../../scenarios/images.js'
import { cosign2, cosign3 } from '../../scenarios/cosign/versions.js'
import { verifyingWays } from '../support/cosign-ways.js'
import { clientPaths } from '../support/client-paths.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'

const longest = { timeout: 300_000 }
t.setTimeout(longest.timeout)

/** A registry, and somebody in a folder who knows it. */
async function desk(t: Teardown, clients: readonly string[]) {
  const { registry } = await registryFor(t)
  const folder = folderFor(t)
  const sh = runner({ env: { ...registry.env(), ...cosign2.environment }, cwd: folder })
  return {
    registry,
    folder,
    sh,
    path: await clientPaths(clients),
    read: (name: string) => readFileSync(join(folder, name)),
  }
}

void t.test('podman runs away with a seeded image, however it is packed', longest, async (t) => {
  const { registry, sh, read } = await desk(t, ['podman', 'skopeo'])
  const layers = [{ motd: 'hello\n', 'bin/run': file('#!/bin/sh\n', { mode: 0o755 }) }, random(200_000)]
  const platform = `linux/${machine()}` as const
  const of = { layers, platform, labels: { 'org.example.team': 'app' } }
  const { digests } = await registry.seed({
    'team/app:gzip': image(of),
    'team/app:zstd': image({ ...of, compression: 'zstd' }),
    'team/app:none': image({ ...of, compression: 'none' }),
    'team/app:docker': image({ ...of, format: 'docker' }),
    'team/app:multi': index({ 'linux/s390x': image(), [platform]: 'team/app:gzip' }),
    'team/app:list': index(['team/app:docker'], { format: 'docker' }),
  })
  for (const name of Object.keys(digests)) {
    const reference = `${registry.host}/${name}`
    await sh`podman pull --quiet ${reference}`
    const { stdout } = await sh`podman image inspect --format ${'{{index .Labels "org.example.team"}}'} ${reference}`
    t.equal(stdout, 'app', name)
    t.same(await filesOf({ sh, read }, reference, ['motd']), ['hello\n'], name)
    await sh`skopeo copy --quiet docker://${reference} dir:copied-${name.replace(/.*:/, '')}`
  }
})

void t.test('helm pulls and shows a seeded chart', longest, async (t) => {
  const { registry, sh, path, folder } = await desk(t, ['helm@3.8.2', 'helm@3.22.0', 'helm@4.3.1'])
  const { contents } = await registry.seed({
    'charts/web:1.2.3_build.4': chart({
      appVersion: '1.10',
      description: 'yes',
      values: { greeting: 'hello', answer: 'no', port: '0x10' },
    }),
    'charts/etherpad:0.0.1': chart(),
  })
  const { digest, layers } = contents['charts/web:1.2.3_build.4']
  for (const id of ['helm@3.8.2', 'helm@3.22.0', 'helm@4.3.1']) {
    const helm = [path(id)]
    const from = `oci://${registry.host}/charts`
    const words = id === 'helm@3.8.2' ? [] : registry.flags.helm
    const pulled = await sh`${helm} pull ${words} ${from}/web --version 1.2.3+build.4`
    t.match(pulled.output, digest, id)
    const packaged = readFileSync(join(folder, 'web-1.2.3+build.4.tgz'))
    t.equal(packaged.length, layers[0]?.size, id)
    const shown = await sh`${helm} show chart ${words} ${from}/web --version 1.2.3+build.4`
    t.match(
      shown.stdout,
      /apiVersion: v2\nappVersion: "1\.10"\ndescription: "yes"\nname: web\nversion: 1\.2\.3\+build\.4/,
      id,
    )
    const values = await sh`${helm} show values ${words} ${from}/web --version 1.2.3+build.4`
    t.match(values.stdout, 'greeting: hello\nanswer: "no"\nport: "0x10"', id)
    const rendered = await sh`${helm} template release ${words} ${from}/etherpad --version 0.0.1`
    t.match(rendered.stdout, /name: release\ndata:\n {2}chart: etherpad/, id)
    const linted = await sh`${helm} lint web-1.2.3+build.4.tgz`
    t.match(linted.stdout, '0 chart(s) failed', id)
  }
})

void t.test('oras finds a seeded artifact by what it is about, and pulls its files', longest, async (t) => {
  const { registry, sh, path, read } = await desk(t, ['oras@1.3.6'])
  const { digests } = await registry.seed({
    'team/app:1': image(),
    'team/app@sbom': artifact({
      type: 'application/spdx+json',
      files: { 'sbom.spdx.json': '{"spdxVersion":"SPDX-2.3"}' },
      annotations: { 'org.example.by': 'scanner' },
      subject: 'team/app:1',
    }),
  })
  const oras = [path('oras@1.3.6')]
  const app = `${registry.host}/team/app`
  const { stdout } = await sh`${oras} discover --plain-http --format json ${app}:1`
  t.match(JSON.parse(stdout), {
    referrers: [{ digest: digests['team/app@sbom'], artifactType: 'application/spdx+json' }],
  })
  await sh`${oras} pull --plain-http ${app}@${digests['team/app@sbom']}`
  t.equal(String(read('sbom.spdx.json')), '{"spdxVersion":"SPDX-2.3"}')
})

void t.test('cosign verifies what is signed and attested by a seed', longest, async (t) => {
  const { registry, sh, path, folder } = await desk(t, [cosign2.id, cosign3.id])
  const key = await generateKey()
  writeFileSync(join(folder, 'cosign.pub'), key.publicPem)
  const { key: own } = await registry.seed({})
  writeFileSync(join(folder, 'own.pub'), own.publicPem)
  await sh`${path(cosign2.id)} trusted-root create --out root.json`
  for (const form of ['tag', 'referrer', 'bundle'] as const satisfies readonly SignedOptions['form'][]) {
    const name = `signed/${form}:1`
    const once = signed(image(), { key, form, annotations: { env: 'prod' } })
    // cosign finds none of several signatures of that form.
    const pubs = form === 'referrer' ? ['cosign.pub'] : ['cosign.pub', 'own.pub']
    await registry.seed({ [name]: pubs.length === 1 ? once : signed(once, { form }) })
    const stored = { tag: 'sig-tag', referrer: 'oci-1-1', bundle: 'bundle' }[form]
    for (const { cosign, flags, set = {} } of verifyingWays.filter((way) => way.form === stored)) {
      if (cosign !== cosign2 && cosign !== cosign3) continue
      const words = [path(cosign.id), 'verify', ...cosign.verifying, ...flags]
      for (const pub of pubs) {
        const { output } = await sh({ set })`${words} --key ${pub} ${registry.host}/${name}`
        t.match(
          output,
          'The signatures were verified against the specified public key',
          `${name}, ${cosign.version}, ${pub}`,
        )
      }
    }
  }
  for (const form of ['tag', 'bundle'] as const) {
    const name = `attested/${form}:1`
    await registry.seed({
      [name]: attested(image(), { key, form, type: 'spdxjson', predicate: { spdxVersion: 'SPDX-2.3' } }),
    })
    const stored = form === 'tag' ? 'sig-tag' : 'bundle'
    for (const { cosign, flags } of verifyingWays.filter((way) => way.form === stored)) {
      if (cosign !== cosign2 && cosign !== cosign3) continue
      const words = [path(cosign.id), 'verify-attestation', ...cosign.verifying, ...flags, '--type', 'spdxjson']
      const { stdout } = await sh`${words} --key cosign.pub ${registry.host}/${name}`
      const { payload } = JSON.parse(stdout) as { payload: string }
      t.match(JSON.parse(Buffer.from(payload, 'base64').toString()), {
        predicateType: predicateTypes.spdxjson,
        predicate: { spdxVersion: 'SPDX-2.3' },
      })
    }
  }
})
