import { readFileSync } from 'node:fs'
import t from 'tap'
import { quayVersions, type QuayVersion } from '../../src/profiles/quay.js'
import { defaultTables } from '../../src/quay/artifact-types/default-tables.js'
import { policyOf } from '../../src/quay/artifact-types/policy.js'
import { ConfigError, type ConfigWarning } from '../../src/quay/config/config-error.js'
import { configOf } from '../../src/quay/config/config.js'
import { fieldNames, fields, type QuayConfig } from '../../src/quay/config/fields.js'
import { parseDuration, parseSize } from '../../src/quay/config/quantities.js'
import { readConfig } from '../../src/quay/config/read.js'
import { configPage, renderFields } from '../support/quay-config-page.js'

const warningsOf = async (text: string, version: QuayVersion = '3.7'): Promise<readonly ConfigWarning[]> =>
  (await readConfig(text, version)).warnings

const configIn = async (text: string, version: QuayVersion = '3.7'): Promise<QuayConfig> =>
  (await readConfig(text, version)).config

const documented = `...
ALLOWED_OCI_ARTIFACT_TYPES:
  application/vnd.oci.image.config.v1+json:
  - application/vnd.dev.cosign.simplesigning.v1+json
  application/vnd.cncf.helm.config.v1+json:
  - application/tar+gzip
  application/vnd.sylabs.sif.config.v1+json:
  - application/vnd.sylabs.sif.layer.v1+tar
...
`

void t.test('defaults are those of the version', async (t) => {
  for (const version of quayVersions) {
    const { config, warnings } = configOf({}, version)
    t.same(Object.keys(config), fieldNames)
    t.same(warnings, [])
    t.same(config.ALLOWED_OCI_ARTIFACT_TYPES, defaultTables[version])
    t.ok(policyOf(config, version))
  }
  const { config } = configOf({}, '3.7')
  t.equal(config.FEATURE_GENERAL_OCI_SUPPORT, true)
  t.equal(config.FEATURE_HELM_OCI_SUPPORT, true)
  t.equal(config.SERVER_HOSTNAME, undefined)
  t.equal(config.LIBRARY_NAMESPACE, 'library')
  t.same(config.MAXIMUM_LAYER_SIZE, { text: '20G', bytes: 20_000_000_000 })
  t.same(config.DEFAULT_TAG_EXPIRATION, { text: '2w', seconds: 1_209_600 })
  t.same(
    config.TAG_EXPIRATION_OPTIONS.map(({ seconds }) => seconds),
    [0, 86_400, 604_800, 1_209_600, 2_419_200],
  )
})

void t.test('a config cannot be changed', async (t) => {
  const config = await configIn(documented)
  t.ok(Object.isFrozen(config))
  t.ok(Object.isFrozen(config.ALLOWED_OCI_ARTIFACT_TYPES))
  t.ok(Object.isFrozen(config.ALLOWED_OCI_ARTIFACT_TYPES['application/vnd.cncf.helm.config.v1+json']))
  const table = { 'application/x': ['application/y'] }
  const copied = configOf({ ALLOWED_OCI_ARTIFACT_TYPES: table }, '3.7').config
  table['application/x'].push('application/z')
  t.same(copied.ALLOWED_OCI_ARTIFACT_TYPES, { 'application/x': ['application/y'] })
})

void t.test('a real file is read without complaint', async (t) => {
  const text = readFileSync(new URL('../../../test/quay/real-config.yaml', import.meta.url), 'utf8')
  const { config, warnings } = await readConfig(text, '3.7')
  t.same(warnings, [])
  t.equal(text.match(/^[A-Z0-9_]+:/gm)?.filter((line) => !(line.slice(0, -1) in fields)).length, 72)
  t.equal(config.SERVER_HOSTNAME, 'quay-server.example.com')
  t.equal(config.PREFERRED_URL_SCHEME, 'https')
  t.equal(config.FEATURE_USER_INITIALIZE, true)
  t.equal(config.FEATURE_MAILING, false)
  t.equal(config.BROWSER_API_CALLS_XHR_ONLY, false)
  t.same(config.SUPER_USERS, ['quayadmin'])
  t.same(config.MAXIMUM_LAYER_SIZE, { text: '100G', bytes: 100_000_000_000 })
  t.same(config.DISTRIBUTED_STORAGE_CONFIG, { default: ['LocalStorage', { storage_path: '/datastorage/registry' }] })
})

void t.test('what the documentation prints can be pasted', async (t) => {
  t.same((await configIn(documented)).ALLOWED_OCI_ARTIFACT_TYPES, {
    'application/vnd.oci.image.config.v1+json': ['application/vnd.dev.cosign.simplesigning.v1+json'],
    'application/vnd.cncf.helm.config.v1+json': ['application/tar+gzip'],
    'application/vnd.sylabs.sif.config.v1+json': ['application/vnd.sylabs.sif.layer.v1+tar'],
  })
  t.same(await warningsOf(documented), [
    {
      line: 2,
      message:
        'singularity push sends layers of another type than those that are allowed. To take them, add:\n' +
        '  application/vnd.sylabs.sif.config.v1+json:\n  - application/vnd.sylabs.sif.layer.v1.sif',
    },
  ])
  const placeholders =
    'ALLOWED_OCI_ARTIFACT_TYPES:\n  <oci config type 1>:\n  - <oci layer type 1>\n  - <oci layer type 2>\n\n  ...\n'
  t.same((await configIn(placeholders)).ALLOWED_OCI_ARTIFACT_TYPES, {
    '<oci config type 1>': ['<oci layer type 1>', '<oci layer type 2>'],
  })
  const both = await readConfig('FEATURE_GENERAL_OCI_SUPPORT: true\nFEATURE_HELM_OCI_SUPPORT: true\n', '3.7')
  t.equal(both.config.FEATURE_HELM_OCI_SUPPORT, true)
  t.same(both.warnings, [
    {
      line: 2,
      message: 'FEATURE_HELM_OCI_SUPPORT is deprecated: since Quay 3.6 Helm is a part of FEATURE_GENERAL_OCI_SUPPORT',
    },
  ])
})

void t.test('an equals sign is taken as a colon, with a word about it', async (t) => {
  const message =
    '"FEATURE_GENERAL_OCI_SUPPORT = False" is no YAML, and Quay does not start with it: ' +
    'write FEATURE_GENERAL_OCI_SUPPORT: False'
  for (const [text, line] of [
    ['...\nFEATURE_GENERAL_OCI_SUPPORT = False\n...\n', 2],
    ['FEATURE_GENERAL_OCI_SUPPORT=False', 1],
    ['SUPER_USERS:\n  - a\n\n...\r\nFEATURE_GENERAL_OCI_SUPPORT = False\r\n  ...\r\nLIBRARY_NAMESPACE: charts\n', 5],
  ] as const) {
    const { config, warnings } = await readConfig(text, '3.7')
    t.equal(config.FEATURE_GENERAL_OCI_SUPPORT, false)
    t.same(warnings, [{ line, message }])
  }
  t.equal((await configIn('A: b\nLIBRARY_NAMESPACE = charts\n')).LIBRARY_NAMESPACE, 'charts')
  await t.rejects(readConfig('A: 1\nFEATURE_MAILING = [1]\n', '3.7'), {
    message: 'line 2, column 19: FEATURE_MAILING must be true or false, not a list',
  })
})

void t.test('booleans are those of Quay', async (t) => {
  for (const [value, expected, warning] of [
    ['true', true, ''],
    ['True', true, ''],
    ['yes', true, ''],
    ['off', false, ''],
    ['"True"', true, ''],
    [
      '"false"',
      false,
      'FEATURE_MAILING is the text "false": of texts Quay takes only "true" as true, so this is false',
    ],
    [
      'enabled',
      false,
      'FEATURE_MAILING is the text "enabled": of texts Quay takes only "true" as true, so this is false',
    ],
    ['1', true, 'FEATURE_MAILING is the number 1: Quay takes it as true; write true or false'],
    ['', false, 'FEATURE_MAILING is empty, which Quay takes as false'],
  ] as const) {
    const { config, warnings } = await readConfig(`FEATURE_MAILING: ${value}\n`, '3.7')
    t.equal(config.FEATURE_MAILING, expected, value)
    t.equal(warnings.map(({ message }) => message).join(), warning, value)
  }
  const { config, warnings } = configOf({ CREATE_NAMESPACE_ON_PUSH: 'false', ROBOTS_DISALLOW: '' }, '3.12')
  t.equal(config.CREATE_NAMESPACE_ON_PUSH, true)
  t.equal(config.ROBOTS_DISALLOW, false)
  t.same(
    warnings.map(({ message }) => message),
    [
      'ROBOTS_DISALLOW is the text "": Quay takes an empty text as false; write true or false without quotes',
      'CREATE_NAMESPACE_ON_PUSH is the text "false": Quay takes any text as true; write true or false without quotes',
    ],
  )
})

void t.test('what is wrong is told with its place', async (t) => {
  const crash = 'and real Quay crashes on that when it starts'
  for (const [text, line, column, message] of [
    ['FEATURE_MAILING: [a]', 1, 18, 'FEATURE_MAILING must be true or false, not a list'],
    ['A: 1\nSUPER_USERS: admin', 2, 14, 'SUPER_USERS must be a list of texts, not the text "admin"'],
    ['SUPER_USERS:\n  - a\n  - {b: c}', 3, 5, 'SUPER_USERS must be a list of texts, but has a mapping in it'],
    ['SERVER_HOSTNAME: 5000', 1, 18, 'SERVER_HOSTNAME must be text, not 5000'],
    ['PREFERRED_URL_SCHEME: ftp', 1, 23, 'PREFERRED_URL_SCHEME must be http or https, not the text "ftp"'],
    ['REGISTRY_STATE: ro', 1, 17, 'REGISTRY_STATE must be normal or readonly, not the text "ro"'],
    ['V2_PAGINATION_SIZE: 1.5', 1, 21, 'V2_PAGINATION_SIZE must be a whole number, not 1.5'],
    ['MAXIMUM_LAYER_SIZE: huge', 1, 21, 'MAXIMUM_LAYER_SIZE must be a size such as 20G, not the text "huge"'],
    [
      'TAG_EXPIRATION_OPTIONS:\n  - 2w\n  - 2x',
      3,
      5,
      'TAG_EXPIRATION_OPTIONS must be a duration such as 2w: a number and one of s, m, h, d, w, y, not the text "2x"',
    ],
    ['DISTRIBUTED_STORAGE_CONFIG: []', 1, 29, 'DISTRIBUTED_STORAGE_CONFIG must be a mapping, not a list'],
    [
      'ALLOWED_OCI_ARTIFACT_TYPES: null',
      1,
      29,
      `ALLOWED_OCI_ARTIFACT_TYPES is empty, ${crash}: list config types with their layer types, write {} for none, ` +
        'or leave the field out',
    ],
    [
      'ALLOWED_OCI_ARTIFACT_TYPES:\n  application/x: [a]\n  application/y:\n',
      3,
      17,
      `ALLOWED_OCI_ARTIFACT_TYPES has no layer types for application/y, ${crash}: list them, or write []`,
    ],
    [
      'ALLOWED_OCI_ARTIFACT_TYPES:\n  application/x: application/y',
      2,
      18,
      'ALLOWED_OCI_ARTIFACT_TYPES must be a list of layer media types for application/x, not the text "application/y"',
    ],
    ['A: 1\nB: 2\nA: 3\n', 3, 1, 'Map keys must be unique'],
    ['A:\n\t- b\n', 2, 1, 'Tabs are not allowed as indentation'],
    ['A: 1\nB: "x\n', 3, 1, 'Missing closing "quote'],
    ['A: &x 1\nB: *y\n', 2, 4, 'the anchor &y is nowhere before'],
    ['only text', 1, 1, 'a config.yaml must have lines of the form FIELD: value'],
    ['- A: 1\n', 1, 1, 'a config.yaml must have lines of the form FIELD: value'],
  ] as const) {
    const error = await readConfig(text, '3.7').then(
      () => undefined,
      (error: unknown) => error,
    )
    t.ok(error instanceof ConfigError, text)
    t.match(error, { line, column }, text)
    t.equal((error as Error).message, `line ${line}, column ${column}: ${message}`)
  }
  t.throws(() => configOf({ SUPER_USERS: 'admin' }, '3.7'), {
    name: 'ConfigError',
    message: 'SUPER_USERS must be a list of texts, not the text "admin"',
    line: undefined,
  })
})

void t.test('fields that are empty have their defaults', async (t) => {
  const { config, warnings } = await readConfig('SUPER_USERS:\n#  - admin\n', '3.7')
  t.same(config.SUPER_USERS, [])
  t.same(warnings, [{ line: 1, message: 'SUPER_USERS is empty: its default is taken' }])
  t.same((await configIn('')).SUPER_USERS, [])
  t.same((await configIn('# nothing\n')).SUPER_USERS, [])
})

void t.test('a field without effect in the version is said, and is not obeyed', async (t) => {
  const late = 'it came with a later version than those that are played'
  for (const [field, value, version, reason] of [
    ['ALLOWED_OCI_ARTIFACT_TYPES', '{}', '3.12', 'since 3.12 any media type is taken'],
    ['FEATURE_REFERRERS_API', 'false', '3.11', 'it came with 3.12'],
    ['IGNORE_UNKNOWN_MEDIATYPES', 'true', '3.8', 'it came with 3.9'],
    ['IGNORE_UNKNOWN_MEDIATYPES', 'true', '3.12', 'since 3.12 any media type is taken'],
    ['FEATURE_SUPERUSERS_FULL_ACCESS', 'true', '3.7', 'it came with 3.8'],
    ['FEATURE_QUOTA_MANAGEMENT', 'true', '3.6', 'it came with 3.7'],
    ['FEATURE_IMMUTABLE_TAGS', 'true', '3.12', 'it came with 3.17'],
    ['DISABLE_PUSHES', 'true', '3.12', late],
    ['FEATURE_SPARSE_INDEX', 'true', '3.12', late],
  ] as const) {
    const { config, warnings } = await readConfig(`A: 1\n${field}: ${value}\n`, version)
    t.same(warnings, [{ line: 2, message: `${field} has no effect in Quay ${version}: ${reason}` }])
    t.same(config[field], configOf({}, version).config[field])
  }
  t.same(await warningsOf('FEATURE_IMMUTABLE_TAGS: false\n'), [], 'the default is not worth a word')
  t.same(await warningsOf('IGNORE_UNKNOWN_MEDIATYPES: true\n', '3.11'), [])
  t.equal((await configIn('IGNORE_UNKNOWN_MEDIATYPES: true\n', '3.11')).IGNORE_UNKNOWN_MEDIATYPES, true)
})

void t.test('a table that drops cosign or Helm is said, with the lines to add', async (t) => {
  const cosign =
    "ALLOWED_OCI_ARTIFACT_TYPES replaces the default table as a whole, so cosign's signatures are refused. " +
    'To take them, add:\n  application/vnd.oci.image.config.v1+json:\n' +
    '  - application/vnd.dev.cosign.simplesigning.v1+json'
  const attestations = '\n  - application/vnd.dsse.envelope.v1+json'
  const helm =
    'ALLOWED_OCI_ARTIFACT_TYPES replaces the default table as a whole, so Helm charts are refused. ' +
    'To take them, add:\n  application/vnd.cncf.helm.config.v1+json:\n' +
    '  - application/tar+gzip\n  - application/vnd.cncf.helm.chart.content.v1.tar+gzip'
  const messages = (settings: object, version: QuayVersion): readonly string[] =>
    configOf({ ALLOWED_OCI_ARTIFACT_TYPES: { 'application/x': ['application/y'] }, ...settings }, version)
      .warnings.map(({ message }) => message)
      .filter((message) => message.startsWith('ALLOWED_OCI_ARTIFACT_TYPES'))
  t.same(messages({}, '3.6'), [cosign])
  t.same(messages({}, '3.7'), [cosign + attestations])
  t.same(messages({ FEATURE_HELM_OCI_SUPPORT: false }, '3.11'), [cosign + attestations, helm])
  t.same(messages({ IGNORE_UNKNOWN_MEDIATYPES: true }, '3.11'), [])
  t.same(messages({ FEATURE_GENERAL_OCI_SUPPORT: false }, '3.7'), [])
  t.same(
    configOf({ ALLOWED_OCI_ARTIFACT_TYPES: defaultTables['3.7'], FEATURE_HELM_OCI_SUPPORT: false }, '3.7').warnings,
    [
      {
        message: 'FEATURE_HELM_OCI_SUPPORT is deprecated: since Quay 3.6 Helm is a part of FEATURE_GENERAL_OCI_SUPPORT',
        line: undefined,
      },
    ],
  )
})

void t.test('names that are nearly right', async (t) => {
  t.same(await warningsOf('ALLOWED_OCI_ARTEFACT_TYPES: {}\nFEATURE_GENERAL_OCI_SUPORT: false\nFEATURE_MAILINGS: 1\n'), [
    { line: 1, message: 'ALLOWED_OCI_ARTEFACT_TYPES is not a field of Quay: did you mean ALLOWED_OCI_ARTIFACT_TYPES?' },
    {
      line: 2,
      message: 'FEATURE_GENERAL_OCI_SUPORT is not a field of Quay: did you mean FEATURE_GENERAL_OCI_SUPPORT?',
    },
  ])
  const { config, warnings } = await readConfig('feature_general_oci_support: false\nother: 1\n', '3.7')
  t.equal(config.FEATURE_GENERAL_OCI_SUPPORT, true)
  t.same(warnings, [
    {
      line: 1,
      message:
        'feature_general_oci_support is ignored: Quay reads fields in upper case only, FEATURE_GENERAL_OCI_SUPPORT',
    },
  ])
})

void t.test('addresses', async (t) => {
  for (const host of ['localhost', 'quay.example.com', 'quay-server.example.com:8443', '127.0.0.1:5000', '[::1]:80']) {
    t.same(configOf({ SERVER_HOSTNAME: host }, '3.7').warnings, [], host)
  }
  for (const [host, better] of [
    ['https://quay.example.com', 'write quay.example.com'],
    ['http://localhost:5000/', 'write localhost:5000'],
    ['quay.example.com/v2', 'write quay.example.com'],
    ['my quay', 'write a name, and a port if it is not the usual one'],
    ['', 'write a name, and a port if it is not the usual one'],
  ]) {
    t.same(
      configOf({ SERVER_HOSTNAME: host }, '3.7').warnings.map(({ message }) => message),
      [
        `SERVER_HOSTNAME ${JSON.stringify(host)} is no host name, so clients will not find what Quay sends them to: ${better}`,
      ],
    )
  }
  t.same(await warningsOf('AUTHENTICATION_TYPE: LDAP\n'), [
    { line: 1, message: "AUTHENTICATION_TYPE LDAP is played as Database: accounts are this registry's own" },
  ])
})

void t.test('durations and sizes', async (t) => {
  for (const [text, seconds] of [
    ['0s', 0],
    ['30m', 1800],
    ['1h', 3600],
    ['1d', 86_400],
    ['104w', 62_899_200],
    ['1y', 31_536_000],
  ] as const) {
    t.same(parseDuration(text), { text, seconds })
  }
  for (const text of ['', '2', 'w', '2W', '-1d', '1.5h', ' 1d', '1d ']) t.equal(parseDuration(text), undefined, text)
  for (const [text, bytes] of [
    ['100', 100],
    ['2m', 2_000_000],
    ['20G', 20_000_000_000],
    ['1GB', 1_000_000_000],
    ['1Gi', 1_073_741_824],
    ['1.5KiB', 1536],
  ] as const) {
    t.same(parseSize(text), { text, bytes })
  }
  for (const text of ['', 'G', '20X', '-1G', '1i', '20 G G']) t.equal(parseSize(text), undefined, text)
})

void t.test('the table for the documents has every field', async (t) => {
  const lines = renderFields().trimEnd().split('\n')
  t.same(lines.slice(0, 2), ['| Field | Type | Default | Quay | What it does |', '| --- | --- | --- | --- | --- |'])
  t.same(
    lines.slice(2).map((line) => /^\| `(\w+)` \|/.exec(line)?.[1]),
    fieldNames,
  )
  for (const line of lines) t.equal(line.split(' | ').length, 5, line)
  t.ok(
    lines.includes(
      '| `IGNORE_UNKNOWN_MEDIATYPES` | true or false | `false` | 3.9 to 3.11 | Any media type is welcome: ' +
        'ALLOWED_OCI_ARTIFACT_TYPES is not looked at. |',
    ),
  )
})

void t.test('CONFIG.md is written from the fields', async (t) => {
  t.equal(readFileSync(new URL('../../../CONFIG.md', import.meta.url), 'utf8'), configPage(), 'npm run config-page')
})
