import assert from 'node:assert/strict'
import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Helm } from './helm.js'

/** What a chart says of itself, with everything that annotations are made from. */
const chartFile = `apiVersion: v2
name: web
version: 0.1.0
appVersion: "1.25"
description: A web server
home: https://example.org/web
sources:
- https://example.org/web.git
maintainers:
- name: Alice
  email: alice@example.org
annotations:
  example.org/team: web
`

export const valuesFile = 'greeting: hello\n'

export const readmeFile = '# web\n\nA web server.\n'

const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  greeting: {{ .Values.greeting }}
`

/** When the chart's package was made, for whoever looks at its file. */
export const made = '2026-01-02T03:04:05Z'

/** Creates a chart, small enough to be shown, and packages it. */
export async function makeChart({ say, sh, write, folder }: Helm): Promise<void> {
  say('A chart')
  await sh`helm create web`
  // In place of the fifteen templates and long values of a web server.
  rmSync(join(folder, 'web'), { recursive: true })
  write('web/Chart.yaml', chartFile)
  write('web/values.yaml', valuesFile)
  write('web/README.md', readmeFile)
  write('web/templates/config-map.yaml', configMap)
  const packaged = await sh`helm package web`
  assert.equal(packaged.stdout, `Successfully packaged chart and saved it to: ${join(folder, 'web-0.1.0.tgz')}`)
  utimesSync(join(folder, 'web-0.1.0.tgz'), new Date(made), new Date(made))
}

/** The chart as `helm show` prints its Chart.yaml: in the order of names. */
export const shownChart = `annotations:
  example.org/team: web
apiVersion: v2
appVersion: "1.25"
description: A web server
home: https://example.org/web
maintainers:
- email: alice@example.org
  name: Alice
name: web
sources:
- https://example.org/web.git
version: 0.1.0
`

/** The chart as the config of its manifest has it. */
export const chartConfig: Readonly<Record<string, unknown>> = {
  apiVersion: 'v2',
  name: 'web',
  version: '0.1.0',
  appVersion: '1.25',
  description: 'A web server',
  home: 'https://example.org/web',
  sources: ['https://example.org/web.git'],
  maintainers: [{ name: 'Alice', email: 'alice@example.org' }],
  annotations: { 'example.org/team': 'web' },
}

/** The chart as annotations of its manifest, of a package made at a time. */
export const annotationsOf = (created: string): Readonly<Record<string, string>> => ({
  'example.org/team': 'web',
  'org.opencontainers.image.authors': 'Alice (alice@example.org)',
  'org.opencontainers.image.created': created,
  'org.opencontainers.image.description': 'A web server',
  'org.opencontainers.image.source': 'https://example.org/web.git',
  'org.opencontainers.image.title': 'web',
  'org.opencontainers.image.url': 'https://example.org/web',
  'org.opencontainers.image.version': '0.1.0',
})
