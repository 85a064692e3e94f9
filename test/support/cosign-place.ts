import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from 'start-registry'
import { parsePublicKey, type PublicKey, type SignatureSource } from 'start-registry/cosign'
import { runner, type Run } from '../../harness/run.js'
import { pushImage } from '../../scenarios/push-image.js'
import { password } from '../../scenarios/cosign/signer.js'
import { cosign2, cosigns, type Cosign } from '../../scenarios/cosign/versions.js'
import { clientPaths } from './client-paths.js'
import { Wire } from './content.js'
import { folderFor, registryFor, type Teardown } from './registries.js'
import { signaturesIn } from './registry-signatures.js'

/** An image that was pushed. */
export interface Image {
  readonly repository: string
  /** `host/repository@digest` */
  readonly image: string
  /** `host/repository` */
  readonly reference: string
  readonly digest: string
  readonly subject: { readonly mediaType: string; readonly digest: string; readonly size: number }
}

/** A registry, and somebody in a folder who has every version of cosign. */
export interface Place {
  readonly registry: Registry
  readonly wire: Wire
  readonly folder: string
  /** The program of a version. */
  readonly cosign: (version: Cosign) => string
  /** Runs a command in the folder, and one that needs the key's password. */
  readonly sh: Run
  readonly sign: Run
  /** Pushes an image of this text. @default one that no other repository has */
  readonly image: (repository: string, text?: string) => Promise<Image>
  /** Where the signatures of a repository are read. */
  readonly source: (repository: string) => SignatureSource
  /** Has a version make a new pair of keys in the folder. */
  readonly newKeys: (version: Cosign) => Promise<PublicKey>
}

/** Opens a place for one test. */
export async function cosignPlace(t: Teardown, { referrersApi }: { readonly referrersApi: boolean }): Promise<Place> {
  const { registry, wire } = await registryFor(t, { referrers: referrersApi })
  const folder = folderFor(t)
  const path = await clientPaths(cosigns.map(({ id }) => id))
  const cosign = ({ id }: Cosign): string => path(id)
  const sh = runner({ env: { ...registry.env(), ...cosign2.environment }, cwd: folder })
  const sign = sh({ set: password })
  return {
    registry,
    wire,
    folder,
    cosign,
    sh,
    sign,
    async image(repository, text = repository) {
      const subject = await pushImage({ registry, repository }, '1.0', text)
      const reference = `${registry.host}/${repository}`
      return { repository, reference, image: `${reference}@${subject.digest}`, digest: subject.digest, subject }
    },
    source: (repository) => signaturesIn(registry.store, repository, { referrersApi }),
    async newKeys(version) {
      await sh`rm -f cosign.key cosign.pub`
      await sign`${cosign(version)} generate-key-pair`
      return parsePublicKey(readFileSync(join(folder, 'cosign.pub')))
    },
  }
}

/** Writes a file into a place's folder. */
export const writeInto = ({ folder }: Place, name: string, text: string): void =>
  writeFileSync(join(folder, name), text)
