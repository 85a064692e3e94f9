import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { QuayVersion } from '../../src/profiles/quay.js'
import { mediaTypes } from '../../src/protocol/media-types.js'
import { childRefusal } from '../../src/quay/artifact-types/child-refusal.js'
import { welcomeTypes } from '../../src/quay/artifact-types/combination.js'
import { defaultTables } from '../../src/quay/artifact-types/default-tables.js'
import { gateOf, type GateSettings } from '../../src/quay/artifact-types/gate.js'
import { policyOf, type PolicySettings } from '../../src/quay/artifact-types/policy.js'
import { refusalOf } from '../../src/quay/artifact-types/refusal.js'
import { errorBody } from '../../src/quay/error-body.js'

const settingsOf = (version: QuayVersion, settings: Partial<PolicySettings> = {}): PolicySettings => ({
  FEATURE_GENERAL_OCI_SUPPORT: true,
  FEATURE_HELM_OCI_SUPPORT: true,
  ALLOWED_OCI_ARTIFACT_TYPES: defaultTables[version],
  IGNORE_UNKNOWN_MEDIATYPES: false,
  ...settings,
})

const descriptor = (mediaType: string): object => ({ mediaType, digest: `sha256:${'ab'.repeat(32)}`, size: 100 })

const image = (config: string, layer: string): Buffer =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, config: descriptor(config), layers: [descriptor(layer)] }))

const refusal = (version: QuayVersion, bytes: Buffer, settings: Partial<PolicySettings> = {}): string | undefined =>
  refusalOf({ bytes, mediaType: mediaTypes.imageManifest }, policyOf(settingsOf(version, settings), version))

const bodyOf = (message: string | undefined): string => errorBody('MANIFEST_INVALID', 'manifest invalid', { message })

const imageConfig = 'application/vnd.oci.image.config.v1+json'
const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip'
const cosign = 'application/vnd.dev.cosign.simplesigning.v1+json'
const builtin = [
  'application/vnd.oci.image.layer.v1.tar',
  gzip,
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
]
const helm = ['application/tar+gzip', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip']

void t.test('what is welcome by default, in the order in which it is listed', async (t) => {
  t.same(welcomeTypes(settingsOf('3.6')), {
    config: [imageConfig, 'application/vnd.cncf.helm.config.v1+json'],
    layers: [...builtin, cosign, ...helm],
  })
  t.same(welcomeTypes(settingsOf('3.7')), {
    config: [
      imageConfig,
      'application/vnd.cncf.helm.config.v1+json',
      'application/vnd.oci.source.image.config.v1+json',
    ],
    layers: [...builtin, cosign, 'application/vnd.dsse.envelope.v1+json', ...helm, gzip],
  })
  t.same(welcomeTypes(settingsOf('3.8')).layers.slice(7, 15), [
    'text/spdx',
    'text/spdx+xml',
    'text/spdx+json',
    'application/vnd.syft+json',
    'application/vnd.cyclonedx',
    'application/vnd.cyclonedx+xml',
    'application/vnd.cyclonedx+json',
    'application/vnd.in-toto+json',
  ])
  t.same(welcomeTypes(settingsOf('3.11')).config.at(-1), 'application/vnd.unknown.config.v1+json')
})

void t.test('a table of their own replaces the default one', async (t) => {
  // What the config tool of Quay writes into every config.yaml.
  const table = {
    [imageConfig]: ['application/vnd.oci.image.layer.v1.tar+zstd'],
    'application/vnd.sylabs.sif.config.v1+json': ['application/vnd.sylabs.sif.layer.v1+tar'],
  }
  t.same(welcomeTypes(settingsOf('3.11', { ALLOWED_OCI_ARTIFACT_TYPES: table })), {
    config: [imageConfig, 'application/vnd.sylabs.sif.config.v1+json', 'application/vnd.cncf.helm.config.v1+json'],
    layers: [
      ...builtin,
      'application/vnd.oci.image.layer.v1.tar+zstd',
      'application/vnd.sylabs.sif.layer.v1+tar',
      ...helm,
    ],
  })
  t.same(welcomeTypes(settingsOf('3.7', { ALLOWED_OCI_ARTIFACT_TYPES: table, FEATURE_GENERAL_OCI_SUPPORT: false })), {
    config: [imageConfig, 'application/vnd.cncf.helm.config.v1+json'],
    layers: [...builtin, ...helm],
  })
  t.same(welcomeTypes(settingsOf('3.7', { ALLOWED_OCI_ARTIFACT_TYPES: {}, FEATURE_HELM_OCI_SUPPORT: false })), {
    config: [imageConfig],
    layers: builtin,
  })
})

void t.test('the body of a refused config type is Quay 3.7s, byte for byte', async (t) => {
  const message = refusal('3.7', image('application/vnd.sylabs.sif.config.v1+json', gzip))
  t.equal(
    bodyOf(message),
    String.raw`{"errors":[{"code":"MANIFEST_INVALID","detail":{"message":"failed to parse manifest: manifest data does not match schema: 'application/vnd.sylabs.sif.config.v1+json' is not one of ['application/vnd.oci.image.config.v1+json', 'application/vnd.cncf.helm.config.v1+json', 'application/vnd.oci.source.image.config.v1+json']\n\nFailed validating 'enum' in schema['properties']['config']['properties']['mediaType']:\n    {'description': 'The MIME type of the referenced manifest',\n     'enum': ['application/vnd.oci.image.config.v1+json',\n              'application/vnd.cncf.helm.config.v1+json',\n              'application/vnd.oci.source.image.config.v1+json'],\n     'type': 'string'}\n\nOn instance['config']['mediaType']:\n    'application/vnd.sylabs.sif.config.v1+json'"},"message":"manifest invalid"}]}` +
      '\n',
  )
})

void t.test('a refused layer reads as in the log of a Quay that refused one', async (t) => {
  const table = {
    [imageConfig]: ['application/vnd.oci.image.layer.v1.tar+zstd'],
    'application/vnd.sylabs.sif.config.v1+json': ['application/vnd.sylabs.sif.layer.v1+tar'],
  }
  t.equal(
    refusal('3.11', image(imageConfig, 'application/vnd.in-toto+json'), { ALLOWED_OCI_ARTIFACT_TYPES: table }),
    String.raw`failed to parse manifest: manifest data does not match schema: 'application/vnd.in-toto+json' is not one of ['application/vnd.oci.image.layer.v1.tar', 'application/vnd.oci.image.layer.v1.tar+gzip', 'application/vnd.oci.image.layer.v1.tar+zstd', 'application/vnd.oci.image.layer.nondistributable.v1.tar', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'application/vnd.oci.image.layer.v1.tar+zstd', 'application/vnd.sylabs.sif.layer.v1+tar', 'application/tar+gzip', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip']

Failed validating 'enum' in schema['properties']['layers']['items']['properties']['mediaType']:
    {'description': 'The MIME type of the referenced manifest',
     'enum': ['application/vnd.oci.image.layer.v1.tar',
              'application/vnd.oci.image.layer.v1.tar+gzip',
              'application/vnd.oci.image.layer.v1.tar+zstd',
              'application/vnd.oci.image.layer.nondistributable.v1.tar',
              'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
              'application/vnd.oci.image.layer.v1.tar+zstd',
              'application/vnd.sylabs.sif.layer.v1+tar',
              'application/tar+gzip',
              'application/vnd.cncf.helm.chart.content.v1.tar+gzip'],
     'pattern': '\\w+/[-.\\w]+(?:\\+[-.\\w]+)?',
     'type': 'string'}

On instance['layers'][0]['mediaType']:
    'application/vnd.in-toto+json'`,
  )
})

interface Case {
  readonly name: string
  readonly version: QuayVersion
  readonly settings?: Partial<PolicySettings>
  readonly mediaType: string
  readonly text: string
  /** Empty when the manifest is welcome; its first line alone where `sha256` holds the digest of the whole. */
  readonly message: string
  readonly sha256?: string
}

void t.test('refusals are what json and jsonschema 3.2.0 of Python say', async (t) => {
  // Messages that Python 3.11 with jsonschema 3.2.0 gave for Quay's schemas.
  const file = new URL('../../../test/quay/refusals.json', import.meta.url)
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[]
  t.ok(cases.length > 60)
  for (const { name, version, settings, mediaType, text, message, sha256 } of cases) {
    const policy = policyOf(settingsOf(version, settings), version)
    const found = refusalOf({ bytes: Buffer.from(text), mediaType }, policy) ?? ''
    if (sha256 === undefined) {
      t.equal(found, message, `${name} (${version})`)
    } else {
      t.equal(found.split('\n')[0], message, `${name} (${version})`)
      t.equal(createHash('sha256').update(found).digest('hex'), sha256, `${name} (${version}), the whole`)
    }
  }
})

void t.test('a manifest that is deep or large is refused soon', async (t) => {
  const open = Buffer.from('['.repeat(4 << 20))
  t.match(refusal('3.7', open), /^failed to parse manifest: malformed manifest data: maximum recursion depth exceeded/)
  const digits = Buffer.from(`{"schemaVersion": ${'9'.repeat(4 << 20)}}`)
  t.match(refusal('3.7', digits), /malformed manifest data: Exceeds the limit \(4300 digits\)/)
})

void t.test('manifests that are not OCI are not looked at', async (t) => {
  const policy = policyOf(settingsOf('3.7'), '3.7')
  t.equal(refusalOf({ bytes: Buffer.from('{}'), mediaType: mediaTypes.dockerManifest }, policy), undefined)
})

void t.test('the children of an index', async (t) => {
  const digest = `sha256:${'ab'.repeat(32)}`
  const entry = { mediaType: mediaTypes.imageManifest, digest, size: 100 }
  t.equal(childRefusal(entry, 100), undefined)
  t.equal(childRefusal(entry, undefined), `Could not find child manifest with digest \`${digest}\``)
  t.equal(childRefusal(entry, 99), 'Size of manifest does not match that retrieved: 99 vs 100')
  t.equal(childRefusal({ ...entry, mediaType: mediaTypes.imageIndex }, 100), 'Unable to retrieve manifest labels')
  t.equal(
    childRefusal({ ...entry, mediaType: mediaTypes.dockerManifest }, 100),
    'Unknown or unsupported manifest media type `application/vnd.docker.distribution.manifest.v2+json` not found in ' +
      "dict_keys(['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json'])",
  )
})

void t.test('the gate before login', async (t) => {
  const on: GateSettings = {
    FEATURE_GENERAL_OCI_SUPPORT: true,
    OCI_NAMESPACE_WHITELIST: [],
    V22_NAMESPACE_BLACKLIST: [],
  }
  const off = { ...on, FEATURE_GENERAL_OCI_SUPPORT: false }
  const exempt = { ...off, OCI_NAMESPACE_WHITELIST: ['team'] }
  const old = { ...on, V22_NAMESPACE_BLACKLIST: ['team'] }
  const { imageManifest, imageIndex, dockerManifest, dockerManifestList } = mediaTypes
  const schema1 = 'application/vnd.docker.distribution.manifest.v1+json'
  const refused = 'manifest schema version not supported'
  for (const [settings, type, expected, accept] of [
    [on, imageManifest, undefined],
    [on, imageIndex, undefined],
    [on, dockerManifest, undefined],
    [on, `${imageManifest}; charset=utf-8`, refused],
    [on, 'application/vnd.oci.artifact.manifest.v1+json', refused],
    [on, imageManifest.toUpperCase(), refused],
    [on, undefined, undefined],
    [on, '', undefined],
    [on, 'application/json', undefined],
    [on, 'application/vnd.docker.distribution.manifest.v1+prettyjws', undefined],
    [off, imageManifest, refused],
    [off, imageIndex, refused],
    [off, dockerManifest, undefined],
    [off, dockerManifestList, undefined],
    [off, undefined, undefined],
    [exempt, imageManifest, undefined],
    [old, imageManifest, refused],
    [old, dockerManifest, refused],
    [old, schema1, undefined],
    [old, schema1, undefined, '*/*'],
    [old, schema1, undefined, `text/html;q=0.5, ${schema1}`],
    [old, schema1, refused, dockerManifest],
  ] as const) {
    t.equal(gateOf(type, settings, 'team', accept), expected, `${type}, accept ${accept ?? 'nothing'}`)
  }
  t.equal(gateOf(imageManifest, exempt, 'other'), refused)
  t.equal(gateOf(dockerManifest, old, 'other'), undefined)
  t.equal(
    bodyOf(gateOf(imageManifest, off, 'team')),
    '{"errors":[{"code":"MANIFEST_INVALID","detail":{"message":"manifest schema version not supported"},"message":"manifest invalid"}]}\n',
  )
})

void t.test('error bodies', async (t) => {
  const body = errorBody('UNAUTHORIZED', 'access to the requested resource is not authorized')
  t.equal(
    body,
    '{"errors":[{"code":"UNAUTHORIZED","detail":{},"message":"access to the requested resource is not authorized"}]}\n',
  )
  t.equal(Buffer.byteLength(body), 112)
  t.equal(
    errorBody('NAME_INVALID', 'é😀\u007f'),
    '{"errors":[{"code":"NAME_INVALID","detail":{},"message":"\\u00e9\\ud83d\\ude00\u007f"}]}\n',
  )
})
