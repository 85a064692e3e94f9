import assert from 'node:assert/strict'
import type { StartOptions } from '../../harness/index.js'
import type { Desk } from '../scenario.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'
import { inOrasWords, type Unknown } from '../quay/refusal.js'

const config = 'application/vnd.cncf.helm.config.v1+json'
const layer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'

/** A version of helm, and the Quay that it is shown on. */
export interface QuayHelm {
  readonly client: string
  readonly profile: NonNullable<StartOptions['profile']>
  /** Flags for plain http. */
  readonly flags: readonly string[]
  /** Statuses of what it tries in vain, as it may. */
  readonly refused: readonly number[]
  /** What it prints when Quay does not take a chart. */
  readonly says: (put: { readonly url: string; readonly digest: string }, unknown: Unknown) => string
  /** What there is to know about that. */
  readonly note?: string
}

/** The documentation's helm: it asks for a token by POST first, which Quay answers 405. */
const helm38: QuayHelm = {
  client: 'helm@3.8.2',
  profile: 'quay-3.7',
  flags: [],
  refused: [405],
  says: ({ digest }) => `Error: failed commit on ref "manifest-${digest}": unexpected status: 400 BAD REQUEST`,
  note: 'It prints no more than the status',
}

/** Since 3.18 helm asks for what it has pushed by its digest, which Quay before 3.9 does not know without a tag. */
const current: Omit<QuayHelm, 'client'> = {
  profile: 'quay-3.11',
  flags: ['--plain-http'],
  refused: [],
  says: ({ url, digest }, unknown) =>
    `Error: failed to perform "Push" on destination: PUT "${url}/${digest}": ` +
    `response status code 400: ${inOrasWords({ ...unknown, pattern: true })}`,
}

/** The versions of helm, the documentation's first. */
export const helms: readonly QuayHelm[] = [
  helm38,
  { ...current, client: 'helm@3.22.0' },
  { ...current, client: 'helm@4.3.1' },
]

/** Pushes a chart, and pulls it. */
export async function pushChart(setting: Setting, helm: QuayHelm): Promise<void> {
  const { registry, account, show, over } = setting
  const { client, flags } = helm
  const { sh, read } = await chartDesk(setting, helm)
  const pushed = await sh`helm push web-0.1.0.tgz oci://${registry.host}/alice ${flags}`
  assert.match(pushed.output, /^Pushed: .*\/alice\/web:0\.1\.0\nDigest: sha256:[0-9a-f]{64}$/)
  const manifest = parseManifest(await served(registry, '/v2/alice/web/manifests/0.1.0', account))
  assert.equal(manifest.config?.mediaType, config)
  assert.deepEqual(
    manifest.layers?.map(({ mediaType }) => mediaType),
    [layer],
  )
  const chart = read('web-0.1.0.tgz')
  await sh`rm web-0.1.0.tgz`
  await sh`helm pull oci://${registry.host}/alice/web --version 0.1.0 ${flags}`
  assert.deepEqual(read('web-0.1.0.tgz'), chart)
  show({ client, story: `push a chart to ${quay(helm)} by its flag or its table`, over })
}

/** Pushes a chart to a Quay where neither the flag nor the table lets it in. */
export async function failToPushChart(setting: Setting, helm: QuayHelm, welcome: readonly string[]): Promise<void> {
  const { registry, show, over } = setting
  const { client, flags, note, says } = helm
  const { sh } = await chartDesk(setting, helm)
  const { stderr } = await sh({ status: 1 })`helm push web-0.1.0.tgz oci://${registry.host}/alice ${flags}`
  const digest = /sha256:[0-9a-f]{64}/.exec(stderr)?.[0] ?? ''
  const url = `${registry.url}/v2/alice/web/manifests`
  assert.equal(stderr, says({ url, digest }, { of: 'config', type: config, welcome }))
  const story = `be told by ${quay(helm)} that charts are not on its list`
  show({ client, story, over, ...(note !== undefined && { note }) })
}

const quay = ({ profile }: QuayHelm): string => profile.replace('quay-', 'Quay ')

/** A desk with one version of helm and the package of a chart. */
async function chartDesk({ say, home }: Setting, { client }: QuayHelm): Promise<Desk> {
  say(client.replace('@', ' '))
  const desk = home({ clients: [client] })
  desk.write('web/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 0.1.0\n')
  await desk.sh`helm package web`
  return desk
}
