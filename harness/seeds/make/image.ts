import { mediaTypes } from '../../../src/protocol/media-types.js'
import type { ImageSpec } from '../image.js'
import { makeLayer, type MadeLayer } from './layer.js'
import { blobOf, describeBlob, madeOf, subjectMember, type Made } from './made.js'
import { part, type Place } from './place.js'

const configTypes = {
  oci: 'application/vnd.oci.image.config.v1+json',
  docker: 'application/vnd.docker.container.image.v1+json',
} as const

/** Makes an image: layers, config and manifest (image-spec 1.1 "config.md", "manifest.md"; Docker schema 2). */
export function makeImage(spec: ImageSpec, subject: Made | undefined, place: Place): Made {
  const { format = 'oci', compression = 'gzip', annotations, artifactType, platform = 'linux/amd64' } = spec
  const contents = spec.layers ?? [{ 'image.txt': `${place.path}\n${place.seed}\n` }]
  const layers = contents.map((one, index) => makeLayer(one, { format, compression }, part(place, index)))
  const config = configOf(spec, platform, layers, spec.created ?? place.created)
  const configBlob = blobOf(Buffer.from(JSON.stringify(config)))
  const manifest = {
    schemaVersion: 2,
    mediaType: format === 'oci' ? mediaTypes.imageManifest : mediaTypes.dockerManifest,
    ...(artifactType !== undefined && { artifactType }),
    config: describeBlob(configBlob, configTypes[format]),
    layers: layers.map(({ descriptor }) => descriptor),
    ...subjectMember(subject),
    ...(annotations && { annotations }),
  }
  return madeOf(manifest, { config, platform, blobs: [configBlob, ...layers.map(({ blob }) => blob)] })
}

/** A platform as descriptors and configs have it. */
export function platformMembers(platform: string): { architecture: string; os: string; variant?: string } {
  const [os = '', architecture = '', variant] = platform.split('/')
  return { architecture, os, ...(variant !== undefined && { variant }) }
}

function configOf(
  spec: ImageSpec,
  platform: string,
  layers: readonly MadeLayer[],
  created: string,
): Readonly<Record<string, unknown>> {
  return {
    created,
    ...platformMembers(platform),
    config: settings(spec),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    ...historyOf(spec, layers.length, created),
    ...spec.config,
  }
}

const settings = (spec: ImageSpec): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries({
      User: spec.user,
      ExposedPorts: spec.ports && names(spec.ports),
      Env: spec.env && Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: spec.entrypoint,
      Cmd: spec.cmd,
      Volumes: spec.volumes && names(spec.volumes),
      WorkingDir: spec.workdir,
      Labels: spec.labels,
    }).filter(([, value]) => value !== undefined),
  )

// What Go has as a set.
const names = (all: readonly string[]): Readonly<Record<string, object>> =>
  Object.fromEntries(all.map((name) => [name, {}]))

function historyOf({ history = true }: ImageSpec, layers: number, created: string): object {
  if (history === false) return {}
  const steps = history === true ? Array.from({ length: layers }, (_, index) => `layer ${index + 1}`) : history
  // Steps that made no layer stand behind those that did: what is counted is how many did.
  return {
    history: steps.map((by, index) => ({ created, created_by: by, ...(index >= layers && { empty_layer: true }) })),
  }
}
