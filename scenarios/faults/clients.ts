import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import { cosign2, cosign3, type Cosign } from '../cosign/versions.js'
import { password } from '../cosign/signer.js'
import type { Desk } from '../scenario.js'
import { sha256, type Manifest } from '../served.js'
import { makeLayout } from './layout.js'

/** Somebody at a desk with one client, and a registry in which there is something to pull. */
export interface Worker {
  /** Does it, however it ends. */
  readonly pull: () => Promise<RunResult>
  /** Whether what was pulled is what is there. */
  readonly pulled: () => Promise<boolean> | boolean
  /** Makes something of which one blob is new; the answer pushes it, however that ends. */
  readonly push: (number: number) => Promise<() => Promise<RunResult>>
  /** The digest of the layer that is pulled; undefined where one blob is. */
  readonly layer: string | undefined
}

/** A client under faults. */
export interface FaultClient {
  readonly id: string
  readonly sitDown: (desk: Desk, registry: Registry) => Promise<Worker>
}

function helm(id: string): FaultClient {
  return {
    id,
    async sitDown({ sh, write, folder, read }, { host, flags }) {
      // helm 3.8.2 has no flag for http, and speaks it to 127.0.0.1 by itself.
      const plainHttp = id === 'helm@3.8.2' ? [] : flags.helm
      const pack = async (number: number): Promise<void> => {
        write('web/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n')
        write('web/values.yaml', `number: ${number}\n`)
        await sh`helm package web`
      }
      const push = (run: Run): Promise<RunResult> => run`helm push web-1.0.0.tgz oci://${host}/charts ${plainHttp}`
      await pack(0)
      await push(sh)
      const chart = read('web-1.0.0.tgz')
      return {
        layer: sha256(chart),
        async pull() {
          empty(folder, 'pulled')
          return sh({
            status: 'any',
          })`helm pull oci://${host}/charts/web --version 1.0.0 --destination pulled ${plainHttp}`
        },
        pulled: () => read('pulled/web-1.0.0.tgz').equals(chart),
        async push(number) {
          await pack(number)
          return () => push(sh({ status: 'any' }))
        },
      }
    },
  }
}

const oras: FaultClient = {
  id: 'oras',
  async sitDown({ sh, write, read, folder }, { host, flags }) {
    const push = (run: Run): Promise<RunResult> => run`oras push --no-tty ${flags.oras} ${host}/notes:1 notes.txt`
    write('notes.txt', 'notes')
    await push(sh)
    return {
      layer: sha256('notes'),
      async pull() {
        rmSync(join(folder, 'pulled'), { recursive: true, force: true })
        return sh({ status: 'any' })`oras pull --no-tty ${flags.oras} --output pulled ${host}/notes:1`
      },
      pulled: () => read('pulled/notes.txt').toString() === 'notes',
      async push(number) {
        write('notes.txt', `notes ${number}`)
        return () => push(sh({ status: 'any' }))
      },
    }
  },
}

/** The digest of the layer of what a repository has under the tag 1. */
async function layerOf({ store }: Registry, repository: string): Promise<string> {
  const digest = await store.tag(repository, '1')
  const bytes = digest && (await store.manifestBytes(repository, digest))
  const layer = bytes && (JSON.parse(bytes.toString()) as Manifest).layers?.[0]
  if (!layer) throw new Error(`${repository}:1 has no layer`)
  return layer.digest
}

/** Makes a folder that is there, with nothing in it. */
function empty(folder: string, name: string): void {
  rmSync(join(folder, name), { recursive: true, force: true })
  mkdirSync(join(folder, name))
}

/** Clients of images: they push a layout, whose layer is there already, and whose config is new. */
function images(
  id: string,
  commands: (
    sh: Run,
    image: string,
    flags: Registry['flags'],
  ) => {
    readonly pull: (run: Run) => Promise<RunResult>
    readonly push: (run: Run) => Promise<RunResult>
    /** The file of the layer that was pulled, or what tells of it. */
    readonly pulled: (layer: string) => string
  },
): FaultClient {
  return {
    id,
    async sitDown(desk, registry) {
      const { host, flags } = registry
      const { sh, folder } = desk
      const image = `${host}/${id}/app:1`
      const { pull, push, pulled } = commands(sh, image, flags)
      await makeLayout(desk, 0)
      await push(sh)
      // skopeo has compressed it.
      const layer = await layerOf(registry, `${id}/app`)
      return {
        layer,
        async pull() {
          rmSync(join(folder, 'pulled'), { recursive: true, force: true })
          return pull(sh({ status: 'any' }))
        },
        pulled: () => sha256(readFileSync(join(folder, pulled(layer)))) === layer,
        async push(number) {
          await makeLayout(desk, number)
          return () => push(sh({ status: 'any' }))
        },
      }
    },
  }
}

const crane = images('crane', (_sh, image) => ({
  pull: (run) => run`crane pull --format oci ${image} pulled`,
  push: (run) => run`crane push app ${image}`,
  pulled: (layer) => `pulled/blobs/${layer.replace(':', '/')}`,
}))

const skopeo = images('skopeo', (_sh, image) => ({
  pull: (run) => run`skopeo copy --quiet --src-tls-verify=false docker://${image} dir:pulled`,
  push: (run) => run`skopeo copy --quiet --dest-tls-verify=false oci:app docker://${image}`,
  pulled: (layer) => `pulled/${layer.slice('sha256:'.length)}`,
}))

const podman: FaultClient = {
  id: 'podman',
  async sitDown(desk, registry) {
    const { host, flags, port } = registry
    const { sh } = desk
    const image = `${host}/podman/app:1`
    const load = async (number: number): Promise<string> => {
      await makeLayout(desk, number, `${port}`)
      return (await sh`podman pull --quiet oci:app`).stdout
    }
    const push = (run: Run, id: string): Promise<RunResult> => run`podman push --quiet ${flags.podman} ${id} ${image}`
    await push(sh, await load(0))
    return {
      layer: await layerOf(registry, 'podman/app'),
      async pull() {
        await sh`podman rmi --all --force`
        return sh({ status: 'any' })`podman pull --quiet ${flags.podman} ${image}`
      },
      pulled: async () => (await sh`podman image exists ${image}`).status === 0,
      async push(number) {
        const loaded = await load(number)
        return () => push(sh({ status: 'any' }), loaded)
      },
    }
  },
}

/** cosign signs an image that crane has pushed, and verifies it. */
function cosign({ id, signing, verifying, environment }: Cosign): FaultClient {
  return {
    id,
    async sitDown(desk, { host, flags }) {
      const { sh } = desk
      const repository = id.replace('@', '-')
      await makeLayout(desk, 0)
      await sh`crane push app ${host}/${repository}:1`
      const image = `${host}/${repository}@${(await sh`crane digest ${host}/${repository}:1`).stdout}`
      const key = sh({ set: password })
      await key`cosign generate-key-pair`
      // It does not sign again what the same key has signed so.
      const sign = (run: Run, number: number): Promise<RunResult> =>
        run({
          set: password,
        })`cosign sign --key cosign.key -a number=${number} ${signing} ${flags.cosign} ${image}`
      await sign(sh, 0)
      return {
        repository,
        layer: undefined,
        pull: () =>
          sh({
            status: 'any',
            set: environment,
          })`cosign verify --key cosign.pub ${verifying} ${flags.cosign} ${image}`,
        pulled: () => true,
        push: async (number) => () => sign(sh({ status: 'any' }), number),
      }
    },
  }
}

/** The clients, in the order of the table's columns. */
export const faultClients: readonly FaultClient[] = [
  helm('helm@3.8.2'),
  helm('helm@3.22.0'),
  helm('helm@4.3.1'),
  oras,
  crane,
  skopeo,
  podman,
  cosign(cosign2),
  cosign(cosign3),
]
