import type { StorageForm } from 'start-registry/cosign'
import { cosign1, cosign2, cosign3, type Cosign } from '../../scenarios/cosign/versions.js'

/** How a version of cosign signs or attests so that it goes into a form of storage. */
export interface Way {
  readonly cosign: Cosign
  readonly form: StorageForm
  readonly flags: readonly string[]
  readonly set?: Readonly<Record<string, string>>
  /** Whether what `-a` says is lost, as cosign 2 loses it when it signs into a bundle. */
  readonly losesAnnotations?: true
}

/** Variables of the OCI 1.1 mode. */
export const experimental: Readonly<Record<string, string>> = { COSIGN_EXPERIMENTAL: '1' }

const oci11 = '--registry-referrers-mode=oci-1-1'
const tags = '--new-bundle-format=false'

/** All that the versions can sign with. */
export const signingWays: readonly Way[] = [
  { cosign: cosign1, form: 'sig-tag', flags: [] },
  { cosign: cosign2, form: 'sig-tag', flags: [] },
  { cosign: cosign2, form: 'oci-1-1', flags: [oci11], set: experimental },
  { cosign: cosign2, form: 'bundle', flags: ['--new-bundle-format'], losesAnnotations: true },
  { cosign: cosign3, form: 'sig-tag', flags: [tags] },
  { cosign: cosign3, form: 'oci-1-1', flags: [tags, oci11], set: experimental },
  { cosign: cosign3, form: 'bundle', flags: [] },
]

/** All that the versions can attest with. */
export const attestingWays: readonly Way[] = [
  { cosign: cosign1, form: 'att-tag', flags: [] },
  { cosign: cosign2, form: 'att-tag', flags: [] },
  { cosign: cosign2, form: 'bundle', flags: ['--new-bundle-format'] },
  { cosign: cosign3, form: 'att-tag', flags: [tags] },
  { cosign: cosign3, form: 'bundle', flags: [] },
]

/** All that the versions can verify: cosign 2 needs a trust root for bundles, although there is a key. */
export const verifyingWays: readonly Way[] = [
  { cosign: cosign1, form: 'sig-tag', flags: [] },
  { cosign: cosign2, form: 'sig-tag', flags: [] },
  { cosign: cosign2, form: 'oci-1-1', flags: ['--experimental-oci11'], set: experimental },
  { cosign: cosign2, form: 'bundle', flags: ['--new-bundle-format', '--trusted-root', 'root.json'] },
  { cosign: cosign3, form: 'sig-tag', flags: [] },
  { cosign: cosign3, form: 'oci-1-1', flags: ['--experimental-oci11'], set: experimental },
  { cosign: cosign3, form: 'bundle', flags: [] },
]
