// `npm run golden`: has each real version of cosign sign one small image in each way that it can, and writes what the
// registry then has, and the public halves of keys and certificates, over the fixtures. Private keys are made here and thrown
// away, so that every run writes other signatures.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tagOfDigest, type SignatureSource, type SourceManifest } from 'start-registry/cosign'
import { cosigns, type Cosign } from '../../../scenarios/cosign/versions.js'
import { collected } from '../../support/collected.js'
import { cells, nameOf, pkiIn, signCell, type Cell } from '../../support/cosign-cells.js'
import { cosignPlace, type Image, type Place } from '../../support/cosign-place.js'
import { signedFolder, type File } from './fixtures.js'

// Each signature's image is the same one, in a repository of its own.
const content = 'an image to be signed'
const most = 64 * 1024

async function writeAll(withApi: Place, without: Place): Promise<number> {
  const { certify } = await pkiIn(withApi)
  cpSync(withApi.folder, without.folder, { recursive: true })
  rmSync(signedFolder, { recursive: true, force: true })
  mkdirSync(signedFolder, { recursive: true })
  cpSync(join(withApi.folder, 'chain.pem'), join(signedFolder, 'chain.pem'))
  let count = 0
  for (const cosign of cosigns) {
    await withApi.newKeys(cosign)
    await certify()
    for (const file of ['cosign.key', 'cosign.pub', 'release.crt']) {
      cpSync(join(withApi.folder, file), join(without.folder, file))
    }
    mkdirSync(join(signedFolder, cosign.version))
    cpSync(join(withApi.folder, 'cosign.pub'), join(signedFolder, cosign.version, 'cosign.pub'))
    for (const cell of cells) {
      const place = cell.referrersApi === false ? without : withApi
      count += (await writeCell(place, cosign, cell)) ? 1 : 0
    }
  }
  return count
}

/** Writes the files of a cell, unless the version cannot sign so. */
async function writeCell(place: Place, cosign: Cosign, cell: Cell): Promise<boolean> {
  const image = await place.image(`golden/${cosign.version}/${nameOf(cell)}`, content)
  if ((await signCell(place, cosign, cell, image)).status !== 0) return false
  const folder = join(signedFolder, cosign.version, nameOf(cell))
  mkdirSync(folder)
  const write = (file: File, bytes: Uint8Array): void => writeFileSync(join(folder, file), bytes)
  const source = place.source(image.repository)
  writeFileSync(join(signedFolder, 'image.json'), (await source.manifest(image.digest))?.bytes ?? '')
  const manifest = await manifestOf(source, cell, image, write)
  write('manifest.json', manifest.bytes)
  const { config, layers } = JSON.parse(Buffer.from(manifest.bytes).toString()) as Parts
  const [layer, ...more] = layers
  if (!layer || more.length > 0) throw new Error(`${image.repository} has ${layers.length} layers`)
  write('config.json', await blobOf(source, config.digest))
  write('layer.json', await blobOf(source, layer.digest))
  return true
}

interface Parts {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

async function manifestOf(
  source: SignatureSource,
  { what, where }: Cell,
  { digest }: Image,
  write: (file: File, bytes: Uint8Array) => void,
): Promise<SourceManifest> {
  if (where === 'tag') return found(await source.manifest(tagOfDigest(digest, what === 'sign' ? '.sig' : '.att')))
  const listed = await source.referrers(digest)
  if (listed) return found(await source.manifest(found(listed[0]).digest))
  const index = found(await source.manifest(tagOfDigest(digest)))
  write('index.json', index.bytes)
  const { manifests } = JSON.parse(Buffer.from(index.bytes).toString()) as { manifests: { digest: string }[] }
  return found(await source.manifest(found(manifests[0]).digest))
}

const blobOf = async (source: SignatureSource, digest: string): Promise<Uint8Array> =>
  found(await source.blob(digest, most))

function found<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('cosign has signed, and its signature is not there')
  return what
}

const count = await collected(async (t) =>
  writeAll(await cosignPlace(t, { referrersApi: true }), await cosignPlace(t, { referrersApi: false })),
)
console.log(`wrote ${count} signatures`)
