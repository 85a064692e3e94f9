import { readBundles, referrersOf, verifyBundles } from './bundles.js'
import { descendants } from './descendants.js'
import { refuse } from './judge.js'
import { mediaTypes, tagOfDigest } from './media-types.js'
import { verification, type Verification, type VerifyOptions } from './options.js'
import type { Policy } from './policy.js'
import type { Descriptor, SignatureSource } from './source.js'
import { CosignError, type Finding, type SignatureVerdict, type Strictness, type Verdict } from './verdict.js'
import { verifyAttestationLayers } from './verify-attestation-layers.js'
import type { Wanted } from './verify-envelope.js'
import { verifySignatureManifest } from './verify-signature.js'

/** What is to be found, and where it would stand if not in bundles. */
interface Search {
  readonly wanted: Wanted
  readonly inTags: (
    verification: Verification,
    referrers: readonly Descriptor[],
  ) => Promise<readonly SignatureVerdict[]>
  /** The codes that cosign ends with: of nothing at all, and of nothing that is valid. */
  readonly exitCodes: { readonly none: number; readonly invalid: number }
}

/**
 * Verifies an image's signatures: a `.sig` tag, the OCI 1.1 mode, bundles.
 * @param digest What is verified; whoever calls has reckoned it from bytes.
 * @param policy Whose signatures count.
 * @returns A verdict with all signatures that were looked at; it is verified when one of them is.
 * @throws Error for what the source cannot do, never for what is wrong with a signature.
 */
export function verifyImage(
  source: SignatureSource,
  digest: string,
  policy: Policy,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const inTags: Search['inTags'] = async (verification, referrers) => {
    const experimental = await inOci11(verification, referrers, policy)
    if (verification.strictness === 'cosign' && experimental.some(({ verified }) => verified)) return experimental
    const manifest = await verification.from.manifest(tagOfDigest(verification.digest, '.sig'))
    if (!manifest) return experimental
    return [...experimental, ...(await verifySignatureManifest(manifest, 'sig-tag', verification, policy))]
  }
  return verify(source, digest, policy, options, {
    wanted: 'signature',
    inTags,
    exitCodes: { none: 10, invalid: 12 },
  })
}

/** As `verifyImage`, for attestations: an `.att` tag or bundles. */
export function verifyAttestation(
  source: SignatureSource,
  digest: string,
  policy: Policy,
  options: AttestationOptions = {},
): Promise<Verdict> {
  const wanted = { predicateType: options.predicateType }
  const inTags: Search['inTags'] = async (verification) => {
    const manifest = await verification.from.manifest(tagOfDigest(verification.digest, '.att'))
    return manifest ? verifyAttestationLayers(manifest, wanted, verification, policy) : []
  }
  return verify(source, digest, policy, options, { wanted, inTags, exitCodes: { none: 1, invalid: 1 } })
}

export interface AttestationOptions extends VerifyOptions {
  /** The predicate type's URI, or cosign's name of it: `slsaprovenance`. @default any */
  readonly predicateType?: string | undefined
}

/**
 * The verdict of an image whose tag is not there. @param wanted What was to be verified: cosign ends with 11 when it was a
 * signature, and with 1 when it was an attestation.
 */
export const tagNotFound = (
  reference: string,
  strictness: Strictness,
  wanted: 'image' | 'attestation' = 'image',
): Verdict => ({
  verified: false,
  digest: '',
  strictness,
  signatures: [],
  findings: [{ code: 'TAG_NOT_FOUND', message: `there is no ${reference}` }],
  exitCode: wanted === 'image' ? 11 : 1,
})

async function verify(
  source: SignatureSource,
  digest: string,
  policy: Policy,
  options: VerifyOptions,
  search: Search,
): Promise<Verdict> {
  const own = await verifyOne(verification(source, digest, options), policy, search)
  if (options.recursive !== true) return own
  const children: Verdict[] = []
  try {
    for (const child of await descendants(source, digest, own.strictness)) {
      children.push(await verifyOne(verification(source, child, options), policy, search))
    }
  } catch (error) {
    const findings = [...own.findings, findingOf(error)]
    return { ...own, children, findings, verified: false, exitCode: own.exitCode || 1 }
  }
  const failed = [own, ...children].find(({ verified }) => !verified)
  return { ...own, children, verified: !failed, exitCode: failed?.exitCode ?? 0 }
}

async function verifyOne(verification: Verification, policy: Policy, search: Search): Promise<Verdict> {
  const { strictness, digest } = verification
  const findings: Finding[] = []
  const tolerating = async <T>(look: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await look()
    } catch (error) {
      findings.push(findingOf(error))
      return []
    }
  }
  const referrers = await tolerating(() => referrersOf(verification))
  const bundles = await readBundles(referrers, verification)
  const inBundles = await verifyBundles(bundles, search.wanted, verification, policy)
  const hasBundle = bundles.some((one) => 'bundle' in one)
  const isMasked = hasBundle && strictness === 'cosign'
  // cosign goes on without bundles when it cannot list them.
  if (strictness === 'cosign') findings.length = 0
  const inTags = isMasked ? [] : await tolerating(() => search.inTags(verification, referrers))
  const signatures = [...inBundles, ...inTags]
  const verified = signatures.some((one) => one.verified)
  const isFailure = findings.length > 0 || hasBundle
  // What cosign finds in the OCI 1.1 mode and cannot verify is as if it were not there.
  const counted = strictness === 'cosign' ? inTags.filter(({ form }) => form !== 'oci-1-1') : inTags
  const exitCode = counted.length === 0 ? search.exitCodes.none : search.exitCodes.invalid
  if (signatures.length === 0 && findings.length === 0) findings.push(nothing(search.wanted, digest))
  return { verified, digest, strictness, signatures, findings, exitCode: verified ? 0 : isFailure ? 1 : exitCode }
}

const nothing = (wanted: Wanted, digest: string): Finding => ({
  code: 'NO_SIGNATURES',
  message: `there is no ${wanted === 'signature' ? 'signature' : 'attestation'} of ${digest}`,
})

function findingOf(error: unknown): Finding {
  if (error instanceof CosignError) return { code: error.code, message: error.message }
  throw error
}

/** The manifests of signatures among referrers: all of them, of which cosign takes the last, and only when it is told to. */
async function inOci11(
  verification: Verification,
  referrers: readonly Descriptor[],
  policy: Policy,
): Promise<readonly SignatureVerdict[]> {
  const { strictness, from, experimentalOci11 } = verification
  const all = referrers.filter(({ artifactType }) => artifactType === mediaTypes.signatureArtifact)
  const chosen = strictness === 'strict' ? all : experimentalOci11 ? all.slice(-1) : []
  const verdicts: SignatureVerdict[] = []
  for (const { digest } of chosen) {
    // Whatever is wrong with one as a whole, the others and the tag are looked at.
    try {
      const manifest = await from.manifest(digest)
      if (!manifest) throw new CosignError('MANIFEST_INVALID', `the manifest ${digest} is not there`)
      verdicts.push(...(await verifySignatureManifest(manifest, 'oci-1-1', verification, policy)))
    } catch (error) {
      verdicts.push(refuse({ form: 'oci-1-1', manifest: digest, blob: '', layer: 0 }, error))
    }
  }
  return verdicts
}
