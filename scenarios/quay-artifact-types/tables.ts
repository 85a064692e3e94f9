import { signatureType } from './cosign.js'
import { builtinLayers } from '../quay/refusal.js'
import { oci } from '../images.js'
import { layers } from './sif.js'

const sifConfig = 'application/vnd.sylabs.sif.config.v1+json'
const chartLayers = ['application/tar+gzip', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip']

/** A config.yaml, and what is said of it. */
export interface Config {
  readonly text: string
  readonly warnings: readonly string[]
}

/** One that leaves something out, and what it lets in instead. */
interface Narrow extends Config {
  readonly welcome: readonly string[]
}

/** "Adding other OCI media types to Quay", as the documentation prints it. */
export const documented: Narrow = {
  text: `...
ALLOWED_OCI_ARTIFACT_TYPES:
  application/vnd.oci.image.config.v1+json:
  - application/vnd.dev.cosign.simplesigning.v1+json
  application/vnd.cncf.helm.config.v1+json:
  - application/tar+gzip
  application/vnd.sylabs.sif.config.v1+json:
  - application/vnd.sylabs.sif.layer.v1+tar
...
`,
  warnings: [
    `line 2: singularity push sends layers of another type than those that are allowed. To take them, add:
  application/vnd.sylabs.sif.config.v1+json:
  - application/vnd.sylabs.sif.layer.v1.sif`,
  ],
  welcome: [...builtinLayers, signatureType, 'application/tar+gzip', layers.documented, ...chartLayers.slice(1)],
}

/** The same with the line that the warning asks for. */
export const completed: Config = {
  text: documented.text.replace(`  - ${layers.documented}\n`, (line) => `${line}  - ${layers.pushed}\n`),
  warnings: [],
}

/** A table of Singularity's own, in place of the default one. */
export const alone: Narrow = {
  text: `FEATURE_GENERAL_OCI_SUPPORT: true
ALLOWED_OCI_ARTIFACT_TYPES:
  application/vnd.sylabs.sif.config.v1+json:
  - application/vnd.sylabs.sif.layer.v1.sif
`,
  warnings: [
    `line 2: ALLOWED_OCI_ARTIFACT_TYPES replaces the default table as a whole, so cosign's signatures are refused. To take them, add:
  application/vnd.oci.image.config.v1+json:
  - application/vnd.dev.cosign.simplesigning.v1+json
  - application/vnd.dsse.envelope.v1+json`,
  ],
  welcome: [...builtinLayers, layers.pushed, ...chartLayers],
}

/** The same with what that warning asks for. */
export const withCosign: Config = {
  text: `${alone.text}  application/vnd.oci.image.config.v1+json:
  - application/vnd.dev.cosign.simplesigning.v1+json
  - application/vnd.dsse.envelope.v1+json
`,
  warnings: [],
}

const deprecated = (line: number): string =>
  `line ${line}: FEATURE_HELM_OCI_SUPPORT is deprecated: since Quay 3.6 Helm is a part of FEATURE_GENERAL_OCI_SUPPORT`

/** Helm by its flag, which the documentation calls deprecated, and by the table. */
export const helmFlag: { readonly off: Config; readonly neither: Narrow; readonly on: Config } = {
  off: { text: 'FEATURE_HELM_OCI_SUPPORT: false\n', warnings: [deprecated(1)] },
  neither: {
    text: `${withCosign.text}FEATURE_HELM_OCI_SUPPORT: false\n`,
    warnings: [
      `line 2: ALLOWED_OCI_ARTIFACT_TYPES replaces the default table as a whole, so Helm charts are refused. To take them, add:
  application/vnd.cncf.helm.config.v1+json:
  - application/tar+gzip
  - application/vnd.cncf.helm.chart.content.v1.tar+gzip`,
      deprecated(8),
    ],
    welcome: [oci.config, sifConfig],
  },
  on: { text: `${withCosign.text}FEATURE_HELM_OCI_SUPPORT: true\n`, warnings: [deprecated(8)] },
}
