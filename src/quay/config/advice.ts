import type { QuayVersion } from '../../profiles/quay.js'
import { welcomeTypes } from '../artifact-types/combination.js'
import {
  cosignAttestation,
  cosignSignature,
  defaultTables,
  helmConfig,
  helmLayers,
  imageConfig,
} from '../artifact-types/default-tables.js'
import { whyWithoutEffect } from './effect.js'
import { fields, type QuayConfig } from './fields.js'
import type { FieldAdvice } from './strangers.js'

/** What follows from a configuration that is right, and is most likely not meant. */
export function* advice(
  config: QuayConfig,
  given: Readonly<Record<string, unknown>>,
  version: QuayVersion,
): Generator<FieldAdvice> {
  yield* aboutAddress(config)
  if (config.AUTHENTICATION_TYPE !== 'Database') {
    yield {
      name: 'AUTHENTICATION_TYPE',
      message: `AUTHENTICATION_TYPE ${config.AUTHENTICATION_TYPE} is played as Database: accounts are this registry's own`,
    }
  }
  const name = 'ALLOWED_OCI_ARTIFACT_TYPES'
  const isObeyed = Object.hasOwn(given, name) && whyWithoutEffect(fields[name], version) === undefined
  if (isObeyed && config.FEATURE_GENERAL_OCI_SUPPORT && !config.IGNORE_UNKNOWN_MEDIATYPES) {
    for (const message of aboutTable(config, version)) yield { name, message }
  }
}

function* aboutAddress({ SERVER_HOSTNAME: host }: QuayConfig): Generator<FieldAdvice> {
  if (host === undefined || isHost(host)) return
  const bare = host.replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/, '')
  const better = bare !== host && isHost(bare) ? `write ${bare}` : 'write a name, and a port if it is not the usual one'
  yield {
    name: 'SERVER_HOSTNAME',
    message: `SERVER_HOSTNAME ${JSON.stringify(host)} is no host name, so clients will not find what Quay sends them to: ${better}`,
  }
}

const isHost = (text: string): boolean =>
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(text)

function* aboutTable(config: QuayConfig, version: QuayVersion): Generator<string> {
  const welcome = welcomeTypes(config)
  const misses = (layers: readonly string[]): boolean => layers.some((layer) => !welcome.layers.includes(layer))
  const replaced = 'ALLOWED_OCI_ARTIFACT_TYPES replaces the default table as a whole'
  if (misses([cosignSignature])) {
    const usual = [cosignSignature, cosignAttestation].filter((layer) =>
      defaultTables[version][imageConfig]?.includes(layer),
    )
    yield `${replaced}, so cosign's signatures are refused. To take them, add:${lines(imageConfig, usual)}`
  }
  if (!welcome.config.includes(helmConfig) || misses(helmLayers)) {
    yield `${replaced}, so Helm charts are refused. To take them, add:${lines(helmConfig, helmLayers)}`
  }
  const sif = 'application/vnd.sylabs.sif.config.v1+json'
  const pushed = 'application/vnd.sylabs.sif.layer.v1.sif'
  if (welcome.config.includes(sif) && misses([pushed])) {
    yield `singularity push sends layers of another type than those that are allowed. To take them, add:${lines(sif, [pushed])}`
  }
}

const lines = (config: string, layers: readonly string[]): string =>
  [`\n  ${config}:`, ...layers.map((layer) => `  - ${layer}`)].join('\n')
