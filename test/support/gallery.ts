import { artifact, image, index, random, type Registry } from 'start-registry'
import { registryFor, type Teardown } from './registries.js'
import { pushChart, pushHostileImage, script } from './pages.js'
import { makeKeys, sign } from './signing.js'

/** A page of the gallery: what a picture of it is called, and where it is. */
export type Picture = readonly [name: string, path: string]

/** A registry with something of everything, and where each page of it is. */
export async function gallery(t: Teardown): Promise<{ registry: Registry; pictures: readonly Picture[] }> {
  const { own, stranger } = makeKeys()
  const { registry, wire } = await registryFor(t, {
    admission: [{ repositories: 'team/*', keys: [own.publicPem], actions: 'tag' }],
  })
  const web = {
    labels: { 'org.opencontainers.image.title': 'web', maintainer: 'Team Web' },
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', PORT: '8080' },
    entrypoint: ['/usr/local/bin/web'],
    cmd: ['--port', '8080'],
    ports: ['8080/tcp'],
    user: 'web',
    workdir: '/srv',
    history: ['/bin/sh -c #(nop) ADD rootfs', 'RUN apk add --no-cache ca-certificates', 'COPY web /usr/local/bin/web'],
    annotations: {
      'org.opencontainers.image.source': 'https://example.com/team/web',
      'org.opencontainers.image.revision': '4f1c0de',
    },
    layers: [
      random(3_400_000),
      { 'etc/ssl/certs/ca.pem': '-----BEGIN CERTIFICATE-----\n', 'etc/motd': 'Welcome.\n', 'etc/app/': '' },
      random(1_250_000),
    ],
  } as const
  const { digests } = await registry.seed({
    'team/web:1.4.2': image(web),
    'team/web:1.4.1': image({ ...web, layers: [random(3_200_000), random(900_000)], history: false }),
    'team/web:latest': index({ 'linux/amd64': image(web), 'linux/arm64': image(web), 'linux/arm/v7': image(web) }),
    'team/web@sbom': artifact({
      type: 'application/spdx+json',
      files: { 'sbom.spdx.json': '{"spdxVersion":"SPDX-2.3"}' },
      subject: 'team/web:1.4.2',
    }),
    'team/web@scan': artifact({
      type: 'application/sarif+json',
      files: { 'scan.sarif': '{}' },
      subject: 'team/web@sbom',
    }),
    'team/worker:main': image(),
    'base:3.20': image(),
    'tools/lint:1': image(),
  })
  await sign(wire, 'team/web', digests['team/web:1.4.2'], { key: own, form: 'sig-tag', annotations: { env: 'prod' } })
  await sign(wire, 'team/web', digests['team/web:1.4.2'], { key: stranger, form: 'bundle' })
  await pushChart(wire, 'charts/etherpad', '0.0.4', {
    about: { description: 'A really real-time collaborative word processor', appVersion: '1.8.14' },
    files: {
      'README.md':
        '# Etherpad\n\nText that is **written together**, in real time.\n\n## Installing\n\n```\nhelm install pad oci://…/charts/etherpad\n```\n\n- `replicas`: how many run\n- `ingress.host`: what it is called\n',
      'values.yaml': '# How many run\nreplicas: 1\n\ningress:\n  enabled: true\n  host: pad.example.com\n',
    },
  })
  await pushHostileImage(wire, 'hostile/image', '1')
  await pushChart(wire, 'hostile/chart', '1', {
    about: { description: script },
    files: { 'README.md': `# ${script}\n\n${script}\n`, 'values.yaml': script },
  })
  const { layers } = JSON.parse(String(await registry.store.manifestBytes('team/web', digests['team/web:1.4.2']))) as {
    layers: { digest: string }[]
  }
  const layer = `/repository/team/web/layer/${layers[1]?.digest}`
  return {
    registry,
    pictures: [
      ['organizations', '/'],
      ['organization', '/organization/team'],
      ['empty-organization', '/organization/library?filter=none'],
      ['repository', '/repository/team/web/'],
      ['image', '/repository/team/web/tag/1.4.2'],
      ['index', '/repository/team/web/tag/latest'],
      ['chart', '/repository/charts/etherpad/tag/0.0.4'],
      ['layer', layer],
      ['file', `${layer}?path=etc/motd`],
      ['hostile-image', '/repository/hostile/image/tag/1'],
      ['hostile-chart', '/repository/hostile/chart/tag/1'],
      ['live', '/live'],
      ['missing', '/repository/none/'],
    ],
  }
}
