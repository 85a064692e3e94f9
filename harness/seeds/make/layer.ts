import { writeGzip } from '../../../src/formats/gzip.js'
import { writeTar, type TarFile } from '../../../src/formats/tar-writer.js'
import { writeZstd } from '../../../src/formats/zstd.js'
import type { Digest } from '../../../src/route/names.js'
import type { Content, Files, FileSpec, LinkSpec, RandomBytes } from '../content.js'
import type { Compression, LayerContent, LayerSpec } from '../image.js'
import { isOfKind, kind } from '../kinds.js'
import { bytesOf } from './bytes.js'
import { blobOf, describeBlob, type Blob, type SeededDescriptor } from './made.js'
import { part, type Place } from './place.js'

/** A layer: its blob, what the manifest says of it, and the digest that it has unpacked. */
export interface MadeLayer {
  readonly blob: Blob
  readonly descriptor: SeededDescriptor
  readonly diffId: Digest
}

type Format = 'oci' | 'docker'

const mediaTypes: Readonly<Record<Format, Readonly<Record<Compression, string>>>> = {
  oci: {
    none: 'application/vnd.oci.image.layer.v1.tar',
    gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  },
  docker: {
    none: 'application/vnd.docker.image.rootfs.diff.tar',
    gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    // image.ts lets none through.
    zstd: '',
  },
}

const packers: Readonly<Record<Compression, (tar: Buffer) => Buffer>> = {
  none: (tar) => tar,
  gzip: writeGzip,
  zstd: writeZstd,
}

/** Makes a layer of an image. */
export function makeLayer(
  given: LayerContent,
  { format, compression }: { readonly format: Format; readonly compression: Compression },
  place: Place,
): MadeLayer {
  const spec: LayerSpec = isOfKind(given, 'layer')
    ? (given as LayerSpec)
    : { [kind]: 'layer', content: given as Files | RandomBytes | Uint8Array }
  const packing = spec.compression ?? compression
  if (spec.mediaType !== undefined) {
    const blob = blobOf(rawBytes(spec.content, place))
    return { blob, descriptor: describeBlob(blob, spec.mediaType, spec.annotations), diffId: blob.digest }
  }
  const tar = tarOf(spec.content, place)
  const blob = blobOf(packers[packing](tar))
  const descriptor = describeBlob(blob, mediaTypes[format][packing], spec.annotations)
  return { blob, descriptor, diffId: packing === 'none' ? blob.digest : blobOf(tar).digest }
}

const isFileMap = (content: Files | Content): content is Files =>
  typeof content === 'object' && !(content instanceof Uint8Array) && !isOfKind(content, 'random')

const rawBytes = (content: Files | Content, place: Place): Buffer =>
  isFileMap(content) ? writeTar(tarFiles(content, place)) : bytesOf(content, place)

function tarOf(content: Files | Content, place: Place): Buffer {
  if (isFileMap(content)) return writeTar(tarFiles(content, place))
  const bytes = bytesOf(content, place)
  return isOfKind(content, 'random') ? writeTar([{ path: 'random', content: bytes }]) : bytes
}

/** Files as a tar has them. @param folder What stands in front of each path. */
export const tarFiles = (files: Files, place: Place, folder = ''): TarFile[] =>
  Object.entries(files).map(([given, one]) => {
    const path = folder + given.replace(/^\/+/, '')
    if (isOfKind(one, 'symlink')) return { path, type: 'symlink', target: (one as LinkSpec).target, mode: 0o777 }
    const { content, mode, uid, gid, mtime } = isOfKind(one, 'file')
      ? (one as FileSpec)
      : ({ content: one } as Partial<FileSpec> & { content: Content })
    return { path, content: bytesOf(content, part(place, path)), mode, uid, gid, mtime }
  })
