import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import type { Desk } from '../scenario.js'
import type { Descriptor, Manifest } from '../served.js'

/** Where something is pushed to. */
export interface Target {
  readonly host: string
  /** What oras and helm are told when it speaks http. */
  readonly plainHttp: readonly string[]
}

export const targetOf = ({ host, url }: Registry): Target => ({
  host,
  plainHttp: url.startsWith('http:') ? ['--plain-http'] : [],
})

/** What a client pushes to `HOST/team/app`, and how. */
export interface Pusher {
  readonly id: string
  /** Clients that prepare it. */
  readonly helpers: readonly string[]
  /** Makes what is pushed. */
  readonly prepare: (desk: Desk, target: Target) => Promise<void>
  /** Pushes the config of it, so that `push` has one upload to do; for clients that upload several blobs at once. */
  readonly pushConfig?: (desk: Desk, target: Target) => Promise<void>
  readonly push: (sh: Run, target: Target) => Promise<RunResult>
}

/** Makes an image of one layer, in the folder `app` as an OCI image layout. */
async function makeLayout({ sh, write }: Desk, { host }: Target): Promise<void> {
  write('app.txt', `an app for ${host}\n`)
  await sh`tar -cf layer.tar app.txt`
  await sh`crane append --new_layer layer.tar --new_tag app:1.0 --output app.tar`
  await sh`skopeo copy --quiet docker-archive:app.tar oci:app:1.0`
}

/** Where the layout has the config of its image. */
function configOf({ folder }: Desk): Descriptor & { readonly file: string } {
  const read = (path: string): Manifest => JSON.parse(readFileSync(join(folder, 'app', path), 'utf8')) as Manifest
  const blob = (digest = ''): string => `blobs/${digest.replace(':', '/')}`
  const { config } = read(blob(read('index.json').manifests?.[0]?.digest))
  if (!config) throw new Error('the layout has no image with a config')
  return { ...config, file: `app/${blob(config.digest)}` }
}

const layout: Pick<Pusher, 'helpers' | 'prepare' | 'pushConfig'> = {
  helpers: ['crane', 'skopeo', 'oras'],
  prepare: makeLayout,
  async pushConfig(desk, { host, plainHttp }) {
    await desk.sh`oras blob push --no-tty ${plainHttp} ${host}/team/app ${configOf(desk).file}`
  },
}

const stored = (name: 'podman' | 'buildah'): Pick<Pusher, 'helpers' | 'prepare'> => ({
  // They push the config when all layers are there.
  helpers: ['crane', 'skopeo'],
  async prepare(desk, target) {
    await makeLayout(desk, target)
    const { stdout: id } = await desk.sh`${name} pull --quiet oci:app:1.0`
    await desk.sh`${name} tag ${id} ${target.host}/team/app:1.0`
  },
})

/** Pushes a chart; helm 3.8.2 knows no flag for http, and takes it from this machine's own addresses by itself. */
function chart(id: string): Pusher {
  const flags = ({ plainHttp }: Target): readonly string[] => (id === 'helm@3.8.2' ? [] : plainHttp)
  return {
    id,
    helpers: [],
    async prepare({ sh }) {
      await sh`helm create app`
      await sh`helm package app`
    },
    // A chart's config is what Chart.yaml says: it stays when a template changes.
    async pushConfig({ sh, folder }, target) {
      await sh`helm push app-0.1.0.tgz oci://${target.host}/team ${flags(target)}`
      writeFileSync(join(folder, 'app/templates/NOTES.txt'), 'changed\n')
      await sh`helm package app`
    },
    push: (sh, target) => sh`helm push app-0.1.0.tgz oci://${target.host}/team ${flags(target)}`,
  }
}

const notes = async ({ write }: Desk, { host }: Target): Promise<void> => write('notes.txt', `notes for ${host}\n`)

const cosign = (id: string): Pusher => ({
  id,
  helpers: [],
  prepare: notes,
  push: (sh, { host }) => sh`cosign upload blob -f notes.txt ${host}/team/app:1.0`,
})

/** What each client pushes, in the order of its login. */
export const pushers: readonly Pusher[] = [
  { id: 'podman', ...stored('podman'), push: (sh, { host }) => sh`podman push ${host}/team/app:1.0` },
  {
    id: 'skopeo',
    helpers: ['crane'],
    prepare: makeLayout,
    push: (sh, { host }) => sh`skopeo copy oci:app:1.0 docker://${host}/team/app:1.0`,
  },
  { id: 'buildah', ...stored('buildah'), push: (sh, { host }) => sh`buildah push ${host}/team/app:1.0` },
  ...['helm@3.8.2', 'helm@3.22.0', 'helm@4.3.1'].map(chart),
  ...['cosign@1.0.0', 'cosign@2.6.5', 'cosign@3.1.3'].map(cosign),
  { id: 'crane', ...layout, push: (sh, { host }) => sh`crane push app ${host}/team/app:1.0` },
  {
    id: 'oras',
    helpers: [],
    prepare: notes,
    async pushConfig({ sh, write }, { host, plainHttp }) {
      write('config.json', '{}')
      await sh`oras blob push --no-tty ${plainHttp} ${host}/team/app config.json`
    },
    push: (sh, { host, plainHttp }) => sh`oras push --no-tty ${plainHttp} ${host}/team/app:1.0 notes.txt`,
  },
  { id: 'regctl', ...layout, push: (sh, { host }) => sh`regctl image copy ocidir://app:1.0 ${host}/team/app:1.0` },
]
