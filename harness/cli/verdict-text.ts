import type { Finding, SignatureVerdict, StorageForm, Verdict } from '../../src/cosign/verdict.js'
import { printable } from '../log.js'
import type { VerifyPolicy } from '../signatures/options.js'

/** What was verified, besides the verdict. */
export interface Verified {
  readonly name: string
  /** Where the registry was reached; undefined when it was not asked. */
  readonly url: string | undefined
  readonly policy: VerifyPolicy
}

/** A verdict as people read it: what was looked at, by which rules, and what became of each signature. */
export function verdictText(verdict: Verdict, { name, url, policy }: Verified): string {
  const { verified, digest, strictness, signatures, findings } = verdict
  const rows: [string, string | undefined][] = [
    [verified ? 'verified' : 'NOT verified', name],
    ['digest', digest || undefined],
    ['registry', url],
    ['what', policy.type === 'attestation' ? `attestations${ofType(policy)}` : 'signatures'],
    ['by', whose(policy)],
    [
      'rules',
      strictness === 'strict' ? "strict: those of podman's containers/image" : 'cosign: what the real cosign accepts',
    ],
    ['asked for', saidBy(policy.annotations)],
  ]
  const lines = [
    ...rows.flatMap(([title, text]) => (text === undefined ? [] : [`${title.padEnd(12)}  ${printable(text)}`])),
    ...findings.map((finding) => `${' '.repeat(14)}${findingText(finding)}`),
    '',
    ...signatures.flatMap(signatureLines),
    ...(verdict.children ?? []).flatMap(childLines),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

/** Why a verdict is not a better one, in one line. */
export function whyNot(verdict: Verdict): string {
  // With its images an index is only as good as each of them.
  const { findings, signatures } = [verdict, ...(verdict.children ?? [])].find((one) => !isGood(one)) ?? verdict
  const reasons = [...findings, ...signatures.flatMap((one) => (one.verified ? [] : one.findings))]
  const [first] = reasons
  if (!first) return 'no rule says why'
  const more = new Set(reasons.map(({ code }) => code)).size - 1
  return `${findingText(first)}${more > 0 ? `, and for ${more} other ${more === 1 ? 'reason' : 'reasons'}` : ''}`
}

const isGood = ({ findings, signatures }: Verdict): boolean =>
  findings.length === 0 && signatures.some(({ verified }) => verified)

function childLines({ verified, digest, findings, signatures }: Verdict): string[] {
  return [
    '',
    `image ${digest} of this index: ${verified ? 'verified' : 'NOT verified'}`,
    ...findings.map((finding) => `    ${findingText(finding)}`),
    ...signatures.flatMap(signatureLines),
  ]
}

const forms: Readonly<Record<StorageForm, string>> = {
  'sig-tag': 'behind a .sig tag',
  'att-tag': 'behind an .att tag',
  'oci-1-1': 'in a referrer (OCI 1.1 mode)',
  bundle: 'in a bundle',
}

function signatureLines(signature: SignatureVerdict, index: number): string[] {
  const { form, manifest, layer, verified, algorithm, identity, annotations, predicateType, findings } = signature
  const said = annotations && saidBy(annotations)
  const details = [
    `manifest ${manifest}${form.endsWith('-tag') ? `, layer ${layer}` : ''}`,
    ...(algorithm === undefined ? [] : [`algorithm ${algorithm}`]),
    ...(identity
      ? [`signed by ${identity.subject}${identity.issuer === undefined ? '' : ` (${identity.issuer})`}`]
      : []),
    ...(predicateType === undefined ? [] : [`predicate type ${predicateType}`]),
    ...(said === undefined ? [] : [`says ${said}`]),
    ...findings.map(findingText),
  ]
  return [
    `signature ${index + 1}, ${forms[form]}: ${verified ? 'verified' : 'NOT verified'}`,
    ...details.map((text) => `    ${printable(text)}`),
  ]
}

const findingText = ({ code, message }: Finding): string => printable(`${message} (${code})`)

const ofType = ({ predicateType }: VerifyPolicy): string =>
  predicateType === undefined ? '' : ` of type ${predicateType}`

function whose({ keys, certificate, trustedRoot }: VerifyPolicy): string {
  const logs = trustedRoot === undefined ? '' : `, trusting ${trustedRoot}`
  if (!certificate) return `key ${keys?.join(' or ')}${logs}`
  const { identity, identityRegExp, issuer, issuerRegExp, roots, chain } = certificate
  const from = roots ?? chain
  const by = `certificate of ${identity ?? `/${identityRegExp}/`} by ${issuer ?? `/${issuerRegExp}/`}`
  return `${by}${from === undefined ? '' : `, from ${from}`}${logs}`
}

function saidBy(annotations: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const pairs = Object.entries(annotations ?? {}).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return pairs.length === 0 ? undefined : pairs.join(', ')
}
